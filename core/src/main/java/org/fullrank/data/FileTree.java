package org.fullrank.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A single file, presented as a tree with one entry.
record FileTree(Path root) implements Tree {
    @Override
    public String kind() {
        return "file";
    }

    @Override
    public boolean randomAccess() {
        return true;
    }

    @Override
    public void each(Visitor visitor) throws IOException {
        visitor.file(new Entry(root.getFileName().toString(), Files.size(root), () -> Files.newInputStream(root)));
    }

    @Override
    public String stamp() throws IOException {
        return new Stamp().file(root).text();
    }
}
