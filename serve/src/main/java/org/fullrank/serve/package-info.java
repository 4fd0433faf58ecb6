/// Two small web servers on the loopback interface. [org.fullrank.serve.WatchServer] shows the runs of a folder
/// during training. It only reads files and does not use libtorch or the training loop, so it never slows down a
/// run. [org.fullrank.serve.EmbeddingServer] embeds what other programs send.
@NullMarked
package org.fullrank.serve;

import org.jspecify.annotations.NullMarked;
