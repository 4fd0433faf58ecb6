package org.fullrank.search;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.store.LockObtainFailedException;
import org.apache.lucene.store.MMapDirectory;
import org.fullrank.engine.InputException;
import org.fullrank.engine.JobException;

/// Marks rows of an index as deleted. Their vectors stay in the files, and no search finds them.
final class RowDeletion {
    private RowDeletion() {}

    static int run(Path folder, List<String> names) {
        var rows = new TreeSet<Integer>();
        try (VectorIndex index = VectorIndex.open(folder)) {
            names.forEach(name -> rows.add(index.row(name)));
            InputException.when(
                    rows.size() == index.rows(),
                    "index %s: found no row that is kept, expected one; remove the folder instead",
                    folder);
        }
        // No merges: a row keeps its number.
        var config = new IndexWriterConfig()
                .setOpenMode(IndexWriterConfig.OpenMode.APPEND)
                .setMergePolicy(NoMergePolicy.INSTANCE);
        try (var directory = new MMapDirectory(folder);
                var writer = new IndexWriter(directory, config);
                var reader = DirectoryReader.open(writer)) {
            for (int row : rows) {
                if (writer.tryDeleteDocument(reader, row) < 0) {
                    throw new JobException("index %s: row #%d cannot be deleted; try again".formatted(folder, row));
                }
            }
            return rows.size();
        } catch (LockObtainFailedException e) {
            throw new JobException(
                    "index %s: found another process that deletes rows, expected none; wait for it".formatted(folder),
                    e);
        } catch (IOException e) {
            throw new JobException(
                    "index %s: cannot be changed (%s); make it writable".formatted(folder, e.getMessage()), e);
        }
    }
}
