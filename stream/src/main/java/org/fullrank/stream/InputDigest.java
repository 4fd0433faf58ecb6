package org.fullrank.stream;

/**
 * A digest of the samples read so far: of their values and of the starts of sequences. A stream that resumes compares it,
 * so that no sample is skipped because another input happens to be long enough. It is FNV-1a over words of 64 bits in
 * place of bytes, which is enough against mistakes, but not against forgery.
 */
final class InputDigest {
    /** The digest of no samples. */
    static final long START = 0xcbf29ce484222325L;

    private static final long PRIME = 0x100000001b3L;

    private long value = START;
    private long first = START;
    private boolean empty = true;

    long value() {
        return value;
    }

    /** The digest of the first sample alone. It tells another input at once, and not after many skipped samples. */
    long first() {
        return first;
    }

    /** Adds the current sample. */
    void add(Samples samples) {
        mix(samples.startsSequence() ? 1 : 0);
        for (float x : samples.values()) {
            mix(Float.floatToIntBits(x));
        }
        if (empty) {
            first = value;
            empty = false;
        }
    }

    private void mix(long word) {
        value = (value ^ word) * PRIME;
        value ^= value >>> 32; // a product alone carries only upwards
    }
}
