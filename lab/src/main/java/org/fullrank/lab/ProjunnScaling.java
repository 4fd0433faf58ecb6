package org.fullrank.lab;

import static org.fullrank.lab.Expected.atMost;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.fullrank.engine.FullrankException;
import org.fullrank.engine.JobException;
import org.fullrank.engine.NativeErrors;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.lab.Series.Color;
import org.fullrank.linalg.LowRank;
import org.fullrank.linalg.Orthogonal;
import org.fullrank.linalg.OrthogonalUpdate;

/// Measures the time of an update of an orthogonal matrix against its size and the rank, and checks the
/// updates against their dense definitions at every size.
///
/// @param move applies a change to a matrix; under test
record ProjunnScaling(OrthogonalLearning.Move move) implements Experiment {
    /// Relative size of a change, so that the projection is far from a singular matrix.
    private static final double CHANGE = 0.5;
    /// The fastest of these is the time. Others may use the processor too.
    private static final int REPEATS = 5;

    private static final long BUDGET_NANOS = 100_000_000;
    private static final int RANK = 4;
    private static final long STACK_BYTES = 64L << 20;

    ProjunnScaling() {
        this(OrthogonalUpdate::apply);
    }

    @Override
    public Description description() {
        return new Description(
                "projunn-scaling",
                "an update of rank k takes O(k n^2), the dense ways to stay orthogonal take O(n^3)",
                OrthogonalLearning.PAPER,
                "the cost of an update",
                """
                What does it cost to keep a matrix orthogonal while it learns? Most ways factorize the whole matrix
                after every step, so that twice the size means eight times as many operations; the experiment
                compares their times with those of an update of low rank, which only touches few directions. You see
                its time grow with about the square of the size and with the rank, and from which size on it is
                faster than the others.

                All ways move one random orthogonal matrix U, `[n, n]`, by the same change `G = a b'` of rank k:

                - projUNN-T, `U exp((U'G - G'U) / 2)`, and projUNN-D, the nearest orthogonal matrix to U + G, by their
                  low-rank forms;
                - the Q of a QR factorization of U + G, with the signs that make the diagonal of R positive;
                - Cayley's transform `U (I - S/2)^-1 (I + S/2)` with `S = (U'G - G'U) / 2`, by solving one system;
                - the exponential of projUNN-T as a dense matrix function.

                The claims compare the low-rank forms with the dense exponential and with the polar factor of U + G by
                a singular value decomposition. **The times are those of one machine**, the fastest of several tries,
                so they are shown but no claim depends on them. The slopes are fitted to logarithms, over the sizes from
                512 on and over the ranks from 16 on at the largest size (over all of them in a quick run). The slope in
                n of a low-rank update is above 2 if a larger matrix no longer fits the processor's cache. The slope of a
                dense way is below 3, because a processor multiplies large matrices faster. So compare the times, not the slopes. At a
                low rank the time is that of reading the matrix, so it grows less than k. All numbers are float64.
                """);
    }

    /// A way to move the matrix.
    private record Way(String name, Consumer<Change> step) {}

    /// A matrix and its change.
    ///
    /// @param moving a copy of the matrix that timed steps move in place
    private record Change(Tensor u, LowRank g, Tensor moving) {
        /// `(U'G - G'U) / 2`, `[n, n]`.
        Tensor tangent() {
            Tensor half = u.t().matmul(g.product()).mul(Tensors.scalar(0.5));
            return half.sub(half.t());
        }

        Tensor exponential() {
            return u.matmul(torch.linalg_matrix_exp(tangent()));
        }

        Tensor cayley() {
            Tensor half = tangent().mul(Tensors.scalar(0.5));
            Tensor identity = torch.eye(u.size(0), u.options());
            return u.matmul(torch.linalg_solve(identity.sub(half), identity.add(half)));
        }

        Tensor factor() {
            var parts = torch.linalg_qr(u.add(g.product()));
            return parts.get0().mul(parts.get1().diagonal().sgn());
        }

        Tensor moved(OrthogonalLearning.Move move, OrthogonalUpdate update) {
            Tensor copy = u.clone();
            move.of(update, copy, g);
            return copy;
        }

        static Change of(Setting setting, int n, int k) {
            RandomGenerator random = setting.random("projunn-scaling", n, k);
            Tensor a = Tensors.of(VectorMath.gaussian(random, n * k, CHANGE / Math.sqrt(n)), n, k);
            Tensor b = Tensors.of(VectorMath.gaussian(random, n * k, 1 / Math.sqrt(n)), n, k);
            Tensor u = Orthogonal.random(n, random);
            return new Change(u, new LowRank(a, b), u.clone());
        }
    }

    /// Times in milliseconds of a way for each size or rank.
    private record Curve(String name, double[] x, double[] milliseconds) {
        /// The exponent of the growth from `least` on.
        double slope(double least) {
            double[] logX = Arrays.stream(x)
                    .filter(v -> v >= least)
                    .map(StrictMath::log)
                    .toArray();
            double[] logY = Arrays.stream(milliseconds, x.length - logX.length, x.length)
                    .map(StrictMath::log)
                    .toArray();
            double meanX = VectorMath.mean(logX);
            double meanY = VectorMath.mean(logY);
            double covariance = 0;
            double variance = 0;
            for (int i = 0; i < logX.length; i++) {
                covariance += (logX[i] - meanX) * (logY[i] - meanY);
                variance += (logX[i] - meanX) * (logX[i] - meanX);
            }
            return covariance / variance;
        }

        Series.Line line(int index) {
            return Series.line(name, Color.of(index), x, milliseconds);
        }
    }

    private List<Way> ways() {
        return List.of(
                new Way("projUNN-T", c -> move.of(OrthogonalUpdate.GEODESIC, c.moving, c.g)),
                new Way("projUNN-D", c -> move.of(OrthogonalUpdate.PROJECTION, c.moving, c.g)),
                new Way("QR", Change::factor),
                new Way("Cayley", Change::cayley),
                new Way("exponential", Change::exponential));
    }

    /// Runs on a thread of its own, because the engine's solver needs more stack than other threads have.
    @Override
    public Outcome run(Setting setting) {
        var task = new FutureTask<>(() -> measure(setting));
        new Thread(null, task, name(), STACK_BYTES).start();
        try {
            return task.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new JobException("projunn-scaling: interrupted", e);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            if (cause instanceof FullrankException known) {
                throw known; // its message says what was wrong, and its type who can repair it
            }
            throw new JobException("projunn-scaling: " + NativeErrors.line(cause), cause);
        }
    }

    private Outcome measure(Setting setting) {
        double[] sizes = setting.quick() ? new double[] {16, 32, 64} : new double[] {128, 256, 512, 1024, 2048};
        double[] ranks = setting.quick() ? new double[] {1, 2, 4} : new double[] {1, 4, 16, 64, 256};
        double asymptotic = setting.quick() ? 0 : 512;
        List<Curve> bySize = ways().stream()
                .map(way -> new Curve(way.name, sizes, times(setting, way, sizes, n -> (int) n, _ -> RANK)))
                .toList();
        int largest = (int) sizes[sizes.length - 1];
        List<Curve> byRank = ways().subList(0, 2).stream()
                .map(way -> new Curve(way.name, ranks, times(setting, way, ranks, _ -> largest, k -> (int) k)))
                .toList();
        return new Outcome(claims(setting, sizes), table(bySize, byRank, asymptotic), figure(bySize, byRank, largest));
    }

    @FunctionalInterface
    private interface Count {
        int of(double x);
    }

    private static double[] times(Setting setting, Way way, double[] x, Count size, Count rank) {
        return Arrays.stream(x)
                .map(v -> milliseconds(setting, way, size.of(v), rank.of(v)))
                .toArray();
    }

    private static double milliseconds(Setting setting, Way way, int n, int k) {
        try (var scope = Scope.withoutGradients()) {
            Change change = Change.of(setting, n, k);
            long fastest = Long.MAX_VALUE;
            long start = System.nanoTime();
            for (int i = 0; i < REPEATS || System.nanoTime() - start < BUDGET_NANOS; i++) {
                try (var inner = Scope.open()) {
                    long before = System.nanoTime();
                    way.step.accept(change);
                    fastest = Math.min(fastest, System.nanoTime() - before);
                }
            }
            return fastest / 1e6;
        }
    }

    private List<Claim> claims(Setting setting, double[] sizes) {
        double geodesic = 0;
        double projection = 0;
        double error = 0;
        for (double n : Arrays.stream(sizes).limit(4).toArray()) {
            try (var scope = Scope.withoutGradients()) {
                Change change = Change.of(setting, (int) n, RANK);
                Tensor t = change.moved(move, OrthogonalUpdate.GEODESIC);
                Tensor d = change.moved(move, OrthogonalUpdate.PROJECTION);
                geodesic = Math.max(geodesic, difference(t, change.exponential()));
                projection = Math.max(projection, difference(d, Orthogonal.nearest(change.u.add(change.g.product()))));
                error = Math.max(error, Math.max(Orthogonal.error(t), Orthogonal.error(d)));
            }
        }
        return List.of(
                Claim.of(
                        "projUNN-T is the dense exponential at every size: largest difference",
                        geodesic,
                        atMost(1e-11),
                        "both are exact but for rounding"),
                Claim.of(
                        "projUNN-D is the polar factor at every size: largest difference",
                        projection,
                        atMost(1e-11),
                        "both are exact but for rounding; the official code is 1e-8 off"),
                Claim.of(
                        "both stay orthogonal at every size: largest entry of U'U - I",
                        error,
                        atMost(1e-12),
                        "rounding"));
    }

    private static double difference(Tensor a, Tensor b) {
        return Tensors.value(a.sub(b).abs().max());
    }

    private static ResultTable table(List<Curve> bySize, List<Curve> byRank, double asymptotic) {
        var header = new ArrayList<>(List.of("way, rank " + RANK));
        Arrays.stream(bySize.getFirst().x).forEach(n -> header.add("n = %d, ms".formatted((int) n)));
        header.addAll(List.of("slope in n", "slope in k"));
        ResultTable table = ResultTable.of(header.toArray(String[]::new));
        for (int i = 0; i < bySize.size(); i++) {
            var cells = new ArrayList<Object>(List.of(bySize.get(i).name));
            Arrays.stream(bySize.get(i).milliseconds).forEach(cells::add);
            cells.add(bySize.get(i).slope(asymptotic));
            cells.add(i < byRank.size() ? (Object) byRank.get(i).slope(asymptotic == 0 ? 0 : 16) : "-");
            table = table.row(cells.toArray());
        }
        return table;
    }

    private static Figure figure(List<Curve> bySize, List<Curve> byRank, int largest) {
        Panel sizes = Panel.of("Rank " + RANK, Axis.log("size n"), Axis.log("time, ms"));
        for (int i = 0; i < bySize.size(); i++) {
            sizes = sizes.with(bySize.get(i).line(i));
        }
        Panel ranks = Panel.of("Size " + largest, Axis.log("rank k"), Axis.log("time, ms"));
        for (int i = 0; i < byRank.size(); i++) {
            ranks = ranks.with(byRank.get(i).line(i));
        }
        return Figure.of(
                "Time of one step on one machine. The low-rank updates need a number of operations that grows with the"
                        + " square of the size, all others with its third power.",
                2,
                sizes,
                ranks);
    }
}
