/// The live page: a small web server on the loopback interface that shows the runs of a folder during
/// training. It only reads files and does not use libtorch or the training loop. So it never slows down a
/// run.
@NullMarked
package org.fullrank.serve;

import org.jspecify.annotations.NullMarked;
