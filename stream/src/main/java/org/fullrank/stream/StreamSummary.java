package org.fullrank.stream;

import org.fullrank.online.OnlineRule;

/**
 * The result of a stream.
 *
 * @param samples number of samples of the input, including samples that a resume skipped
 * @param rule the rule in its present state
 * @param finished whether the input was read to its end; if not, the listener stopped it
 */
public record StreamSummary(long samples, OnlineRule rule, boolean finished) {}
