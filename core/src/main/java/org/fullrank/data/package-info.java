/// What training reads: one path or built-in name becomes a [org.fullrank.data.Dataset] of items, decoded once into a
/// packed, memory-mapped file. The format is found by looking at the content. Knows nothing of views or networks.
///
/// The way of the data: [org.fullrank.data.Formats] looks at the path and picks a [org.fullrank.data.DataSource];
/// unless a
/// valid pack of that source lies in the cache folder, the source writes its items through a
/// [org.fullrank.data.PackWriter]; [org.fullrank.data.Pack] maps the file; [org.fullrank.data.Dataset] shows it.
@NullMarked
package org.fullrank.data;

import org.jspecify.annotations.NullMarked;
