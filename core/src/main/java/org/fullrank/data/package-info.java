/// Data sets. One path or built-in name becomes a [org.fullrank.data.Dataset] of items. The items are decoded
/// once into a packed file, which is memory-mapped. The format is recognized by the content. This package
/// does not use views or networks.
///
/// [org.fullrank.data.Formats] examines the path and selects a [org.fullrank.data.DataSource]. If the cache
/// folder contains no valid pack of that source, the source writes its items through a
/// [org.fullrank.data.PackWriter]. [org.fullrank.data.Pack] maps the file. [org.fullrank.data.Dataset] gives
/// access to it.
@NullMarked
package org.fullrank.data;

import org.jspecify.annotations.NullMarked;
