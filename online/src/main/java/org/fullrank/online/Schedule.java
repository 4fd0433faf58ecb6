package org.fullrank.online;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/** A rate as a function of the number of samples seen so far. */
public sealed interface Schedule permits Schedule.Constant, Schedule.Inverse, Schedule.Cosine {
    /** The rate for the sample that comes after {@code seen} others. */
    double at(long seen);

    /** The highest rate that {@link #at} returns. */
    double highest();

    /** Always the same rate. */
    static Schedule constant(double rate) {
        return new Constant(rate);
    }

    /** @see Inverse */
    static Schedule inverse(double rate, double halving) {
        return new Inverse(rate, halving);
    }

    /** @see Cosine */
    static Schedule cosine(double rate, long warmup, long total) {
        return new Cosine(rate, warmup, total);
    }

    /** Always the same rate. */
    record Constant(double rate) implements Schedule {
        public Constant {
            Check.rate("constant schedule", rate);
        }

        @Override
        public double at(long seen) {
            return rate;
        }

        @Override
        public double highest() {
            return rate;
        }
    }

    /**
     * {@code rate / (1 + seen / halving)}. After {@code halving} samples, half of the rate is left. It decreases slowly
     * enough to reach any weights, and fast enough to converge. For estimates, {@code Inverse(1, 1)} is {@code 1, 1/2,
     * 1/3, ...}, which gives plain averages.
     */
    record Inverse(double rate, double halving) implements Schedule {
        public Inverse {
            Check.rate("inverse schedule", rate);
            Check.positive("inverse schedule: halving", halving);
        }

        @Override
        public double at(long seen) {
            return rate / (1 + seen / halving);
        }

        @Override
        public double highest() {
            return rate;
        }
    }

    /**
     * The rate first rises linearly from near 0 over {@code warmup} samples. Then it falls to 0 at sample {@code
     * total}, as half a cosine.
     */
    record Cosine(double rate, long warmup, long total) implements Schedule {
        public Cosine {
            Check.rate("cosine schedule", rate);
            Check.that(
                    warmup >= 0 && warmup < total,
                    "cosine schedule: found a warm-up of %d and a total of %d samples, expected 0 <= warm-up < total;"
                            + " correct them",
                    warmup,
                    total);
        }

        @Override
        public double at(long seen) {
            if (seen < warmup) {
                return rate * (seen + 1) / (warmup + 1);
            }
            double done = Math.min(1, (double) (seen - warmup) / (total - warmup));
            double sine = sine(Math.PI / 2 * Math.min(done, 1 - done));
            return rate * (done < 0.5 ? 1 - sine * sine : sine * sine); // (1 + cos(pi done)) / 2
        }

        /**
         * The series of the sine up to x^15, for 0 to pi/4. The result is the same on every machine, and no memory is
         * allocated.
         */
        private static double sine(double x) {
            double square = x * x;
            double rest = 1;
            for (int n = 14; n > 0; n -= 2) {
                rest = 1 - square / (n * (n + 1)) * rest;
            }
            return x * rest;
        }

        @Override
        public double highest() {
            return rate;
        }
    }

    /** Writes the schedule for {@link #read}. */
    default void write(DataOutputStream out) throws IOException {
        if (this instanceof Constant c) {
            out.writeByte(0);
            out.writeDouble(c.rate);
        } else if (this instanceof Inverse i) {
            out.writeByte(1);
            out.writeDouble(i.rate);
            out.writeDouble(i.halving);
        } else if (this instanceof Cosine c) {
            out.writeByte(2);
            out.writeDouble(c.rate);
            out.writeLong(c.warmup);
            out.writeLong(c.total);
        }
    }

    /** Reads a schedule that {@link #write} wrote. */
    static Schedule read(DataInputStream in) throws IOException {
        byte kind = in.readByte();
        return switch (kind) {
            case 0 -> new Constant(in.readDouble());
            case 1 -> new Inverse(in.readDouble(), in.readDouble());
            case 2 -> new Cosine(in.readDouble(), in.readLong(), in.readLong());
            default ->
                throw new IllegalArgumentException(
                        "state: found schedule number %d, expected 0 to 2; use a newer version".formatted(kind));
        };
    }
}
