/// HTML pages: the report in a run folder, the page of a diagnosis, and the parts of the live page. Each page
/// is one HTML file and needs no other files. This package reads the files of a run folder. It does not use
/// libtorch or the training loop.
@NullMarked
package org.fullrank.page;

import org.jspecify.annotations.NullMarked;
