package org.fullrank.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SequencedMap;
import org.fullrank.file.Inputs;

/// The files in several tar files of one folder, which are the shards of a WebDataset. The shards are read
/// one after another. The path of a file begins with the path of its shard.
///
/// @param root the folder
/// @param shards the split of each shard by its path in the folder, in the order of reading
record ShardTree(Path root, SequencedMap<String, Split> shards) implements Tree {
    @Override
    public String kind() {
        return "shards";
    }

    @Override
    public boolean randomAccess() {
        return false;
    }

    @Override
    public void each(Visitor visitor) throws IOException {
        for (String shard : shards.keySet()) {
            Path file = root.resolve(shard);
            var inside = new Inside(shard, visitor);
            try {
                new TarTree(file, Inputs.isGzip(file)).each(inside);
            } catch (PackWriter.WriteException e) {
                throw e;
            } catch (IOException e) {
                throw new IOException("shard " + shard + ": " + Inputs.reason(e), e);
            }
            if (inside.stopped) {
                return;
            }
        }
    }

    /// Visits the files of a shard. Their paths are relative to the folder.
    private static final class Inside implements Visitor {
        private final String shard;
        private final Visitor visitor;
        private boolean stopped;

        Inside(String shard, Visitor visitor) {
            this.shard = shard;
            this.visitor = visitor;
        }

        @Override
        public boolean file(Entry entry) throws IOException {
            stopped = !entry.hidden()
                    && !visitor.file(new Entry(shard + "/" + entry.path(), entry.size(), entry.content()));
            return !stopped;
        }

        @Override
        public void unread(String path, String reason) throws IOException {
            visitor.unread(shard + "/" + path, reason);
        }
    }

    /// The shard decides the split, and the folders in the shards decide the class.
    @Override
    public List<Layout.Place> places(List<String> files) {
        List<Split> splits = new ArrayList<>();
        List<String> inside = new ArrayList<>();
        for (String file : files) {
            int end = file.indexOf('/');
            while (!shards.containsKey(file.substring(0, end))) {
                end = file.indexOf('/', end + 1);
            }
            splits.add(shards.get(file.substring(0, end)));
            inside.add(file.substring(end + 1));
        }
        var layout = new Layout(Layout.of(inside).skip(), false);
        List<Layout.Place> places = new ArrayList<>();
        for (int i = 0; i < files.size(); i++) {
            places.add(
                    new Layout.Place(splits.get(i), layout.place(inside.get(i)).className()));
        }
        return places;
    }

    @Override
    public String stamp() throws IOException {
        var stamp = new Stamp();
        for (String shard : shards.keySet()) {
            stamp.text(shard).file(root.resolve(shard));
        }
        return stamp.text();
    }
}
