package org.fullrank.cli;

import java.io.OutputStream;
import java.io.PrintStream;

/// Runs the commands that only print. The launcher records the classes that they load, to start these
/// commands faster.
final class Warmup {
    private Warmup() {}

    public static void main(String[] arguments) {
        var nowhere = new PrintStream(OutputStream.nullOutputStream());
        for (String line : new String[] {"--help", "pretrain --help", "recipes", "methods", "runs", "unknown"}) {
            Fullrank.execute(nowhere, nowhere, line.split(" "));
        }
    }
}
