package org.fullrank.engine;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SequencedSet;
import java.util.TreeSet;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/// Measures which number of threads is fastest at the moment. On an idle machine, the best number is one
/// thread for each processor. If other processes also use the processors, the threads of an operation must
/// wait for any thread that is interrupted. Then a single thread can be ten times as fast as two threads.
public final class ThreadChoice {
    /// A change must save a fifth of the time, so that noise alone does not change the number of threads.
    static final double WORTH = 0.8;

    /// Number of measurements for each number of threads. The median of five measurements ignores two
    /// interruptions.
    private static final int ROUNDS = 5;
    /// Rows, width and operations of the measured work. As in a training step, there are many small
    /// operations and a few large ones.
    private static final int ROWS = 128;
    private static final int WIDTH = 512;
    private static final int OPERATIONS = 30;
    /// Number of looks at the machine, a few milliseconds apart.
    private static final int LOOKS = 9;

    private static final Path STATISTICS = Path.of("/proc/stat");
    private static final String RUNNING = "procs_running ";
    private static final Path OWN_THREADS = Path.of("/proc/self/task");

    private ThreadChoice() {}

    /// The seconds of the same work with each number of threads.
    ///
    /// @param threads numbers in ascending order
    /// @param seconds median for each number
    public record Measured(int[] threads, double[] seconds) {
        /// The fastest number of threads, or `current` if the gain is too small.
        public int best(int current) {
            int best = 0;
            int now = -1;
            for (int i = 0; i < threads.length; i++) {
                best = seconds[i] < seconds[best] ? i : best;
                now = threads[i] == current ? i : now;
            }
            return now >= 0 && seconds[best] > WORTH * seconds[now] ? current : threads[best];
        }

        /// How many times as long the work takes with `current` threads as with `other` threads.
        public double ratio(int current, int other) {
            return seconds[Arrays.binarySearch(threads, current)] / seconds[Arrays.binarySearch(threads, other)];
        }
    }

    /// Whether threads of other processes are running now. Only then is a measurement worth its time, and
    /// only then does it say something: threads of this process, such as the compiler's, end soon. True on
    /// systems without `/proc`.
    public static boolean crowded() {
        int[] others = new int[LOOKS];
        for (int i = 0; i < LOOKS; i++) {
            try {
                others[i] = running() - ownRunning();
                Thread.sleep(2);
            } catch (IOException | NumberFormatException e) {
                return true; // another system: measure
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        Arrays.sort(others);
        return others[LOOKS / 2] > 0;
    }

    /// Threads that run or wait for a processor, on the whole machine.
    private static int running() throws IOException {
        for (String line : Files.readAllLines(STATISTICS)) {
            if (line.startsWith(RUNNING)) {
                return Integer.parseInt(line.substring(RUNNING.length()).strip());
            }
        }
        throw new IOException(STATISTICS + " has no line " + RUNNING);
    }

    /// Threads of this process that run or wait for a processor.
    static int ownRunning() throws IOException {
        int count = 0;
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(OWN_THREADS)) {
            for (Path thread : threads) {
                count += isRunning(thread) ? 1 : 0;
            }
        }
        return count;
    }

    private static boolean isRunning(Path thread) {
        try {
            String line = Files.readString(thread.resolve("stat"));
            int name = line.lastIndexOf(')'); // "ID (NAME) STATE ...", and a name may have parentheses
            return line.startsWith("R", name + 2);
        } catch (IOException e) {
            return false; // the thread has ended
        }
    }

    /// Measures 1, half of `most`, and `most` threads in turn. On an idle machine, this takes about a tenth
    /// of a second. Afterwards, libtorch uses `most` threads.
    public static Measured measure(int most) {
        return measure(most, most);
    }

    /// The same, but also measures the number that is in use now.
    ///
    /// @param current from 1 to `most`
    public static Measured measure(int most, int current) {
        Natives.load();
        SequencedSet<Integer> numbers = new TreeSet<>(Arrays.asList(1, Math.max(1, most / 2), current, most));
        int[] threads = numbers.stream().mapToInt(i -> i).toArray();
        double[][] times = new double[threads.length][ROUNDS];
        try (var scope = Scope.withoutGradients()) {
            Tensor x = Tensors.of(new float[ROWS * WIDTH], ROWS, WIDTH).add(Tensors.scalar(0.5));
            Tensor w = Tensors.of(new float[WIDTH * WIDTH], WIDTH, WIDTH).add(Tensors.scalar(0.001));
            for (int round = 0; round < ROUNDS; round++) {
                for (int i = 0; i < threads.length; i++) {
                    Threads.use(threads[i]);
                    long began = System.nanoTime();
                    work(x, w);
                    times[i][round] = (System.nanoTime() - began) / 1e9;
                }
            }
        }
        Threads.use(most);
        return new Measured(
                threads, Arrays.stream(times).mapToDouble(ThreadChoice::median).toArray());
    }

    private static void work(Tensor x, Tensor w) {
        try (var scope = Scope.open()) {
            Tensor y = x;
            for (int i = 0; i < OPERATIONS; i++) {
                y = i % 10 == 0 ? y.mm(w) : torch.relu(y.add(x)); // [ROWS, WIDTH]
            }
        }
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
