/// The live page: a small web server on the loopback interface that shows the runs of a folder during
/// training. It only reads files and does not use the engine or the training loop, so it never slows down a
/// run.
@NullMarked
package org.fullrank.serve;

import org.jspecify.annotations.NullMarked;
