/// The live page: a small web server on the loopback interface that shows the runs of a folder while they train. It
/// reads files and knows neither engine nor training loop; a run never waits for it.
@NullMarked
package org.fullrank.serve;

import org.jspecify.annotations.NullMarked;
