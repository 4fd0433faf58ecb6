package org.fullrank.stream;

import org.fullrank.online.OnlineRule;

/**
 * What a stream has done.
 *
 * @param samples samples of the input, those skipped by a resume included
 * @param rule the rule as it is now
 * @param finished whether the input came to its end; else the listener stopped it
 */
public record StreamSummary(long samples, OnlineRule rule, boolean finished) {}
