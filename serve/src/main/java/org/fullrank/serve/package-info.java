/// The live page: a small web server on the loopback interface that shows the runs of a folder while they train. It
/// only
/// reads files, and knows neither the engine nor the training loop, so it never slows a run down.
@NullMarked
package org.fullrank.serve;

import org.jspecify.annotations.NullMarked;
