/// Pages to look at: the report in a run folder, the page of a diagnosis, and what the live page is made of. Each
/// is one HTML file that needs nothing else. They read the files of a run folder and know neither engine nor
/// training loop.
@NullMarked
package org.fullrank.page;

import org.jspecify.annotations.NullMarked;
