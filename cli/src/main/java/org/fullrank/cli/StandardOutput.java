package org.fullrank.cli;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Standard output that remembers why it could not be written. A [PrintWriter] alone only says that it could not.
final class StandardOutput extends PrintWriter {
    private final Remembering target;

    StandardOutput(OutputStream out) {
        this(
                new Remembering(out),
                out instanceof PrintStream printer ? printer.charset() : System.out.charset()); // of the terminal
    }

    private StandardOutput(Remembering target, Charset charset) {
        super(new OutputStreamWriter(target, charset), true);
        this.target = target;
    }

    /// Whether a write failed because the program that read the pipe has ended. The operating systems say so with
    /// the word `pipe`, in most languages.
    boolean readerHasGone() {
        IOException failure = target.failure;
        return failure != null
                && String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT).contains("pipe");
    }

    private static final class Remembering extends FilterOutputStream {
        private volatile @Nullable IOException failure;

        Remembering(OutputStream out) {
            super(out);
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int count) throws IOException {
            try {
                out.write(bytes, from, count);
            } catch (IOException e) {
                failure = e;
                throw e;
            }
        }

        @Override
        public void flush() throws IOException {
            super.flush();
            if (out instanceof PrintStream printer && printer.checkError()) { // it throws nothing by itself
                throw new IOException("standard output cannot be written");
            }
        }
    }
}
