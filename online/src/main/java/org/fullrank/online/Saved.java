package org.fullrank.online;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A saved learner, and the numbers that were saved with it.
 *
 * @param rule the learner
 * @param marks the numbers
 */
public record Saved(OnlineRule rule, long[] marks) {
    private static final int MOST_MARKS = 1000;

    /**
     * Reads a file that {@link OnlineRule#save} wrote.
     *
     * @throws IllegalArgumentException when the file is damaged or is not a state
     */
    public static Saved load(Path path) throws IOException {
        return of("state file " + path, Files.readAllBytes(path));
    }

    static Saved of(String subject, byte[] state) {
        return State.open(subject, state, Saved::read);
    }

    static void write(DataOutputStream out, OnlineRule rule, long[] marks) throws IOException {
        Check.that(
                marks.length <= MOST_MARKS,
                "state: found %d marks, expected at most %d; keep them elsewhere",
                marks.length,
                MOST_MARKS);
        out.writeInt(marks.length);
        for (long mark : marks) {
            out.writeLong(mark);
        }
        writeRule(out, rule);
    }

    /** Number of layers of a stack; 0 for a single layer, -1 for a standardized learner. */
    private static void writeRule(DataOutputStream out, OnlineRule rule) throws IOException {
        if (rule instanceof Standardized standardized) {
            out.writeInt(-1);
            writeRule(out, standardized.rule());
            standardized.write(out);
        } else if (rule instanceof Stack stack) {
            out.writeInt(stack.layers().size());
            for (Layer layer : stack.layers()) {
                layer.write(out);
            }
        } else if (rule instanceof Layer layer) {
            out.writeInt(0);
            layer.write(out);
        }
    }

    private static Saved read(DataInputStream in) throws IOException {
        long[] marks = new long[in.readInt()];
        for (int i = 0; i < marks.length; i++) {
            marks[i] = in.readLong();
        }
        return new Saved(readRule(in), marks);
    }

    private static OnlineRule readRule(DataInputStream in) throws IOException {
        int layers = in.readInt();
        if (layers < 0) {
            return Standardized.read(in, readRule(in));
        }
        if (layers == 0) {
            return Layer.read(in);
        }
        Layer[] stack = new Layer[layers];
        for (int i = 0; i < layers; i++) {
            stack[i] = Layer.read(in);
        }
        return Stack.of(stack);
    }
}
