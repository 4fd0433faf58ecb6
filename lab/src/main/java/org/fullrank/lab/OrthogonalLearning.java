package org.fullrank.lab;

import static org.fullrank.lab.Expected.atMost;
import static org.fullrank.lab.Expected.near;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.lab.Series.Color;
import org.fullrank.linalg.LowRank;
import org.fullrank.linalg.Orthogonal;
import org.fullrank.linalg.OrthogonalUpdate;
import org.fullrank.linalg.RankSampler;

/// Checks that steps of low rank learn an orthogonal matrix and never leave the orthogonal matrices.
///
/// @param move applies a change to a matrix; under test
/// @param approximation makes a change of low rank; under test
record OrthogonalLearning(Move move, Approximation approximation) implements Experiment {
    static final String PAPER = "Kiani, Balestriero, LeCun, Lloyd, projUNN: efficient method for training deep networks"
            + " with unitary matrices, NeurIPS 2022, arXiv 2203.05483";

    /// Moves the matrix in place by the change.
    @FunctionalInterface
    interface Move {
        void of(OrthogonalUpdate update, Tensor matrix, LowRank change);
    }

    /// An approximation of a gradient `[n, n]` of rank k.
    @FunctionalInterface
    interface Approximation {
        LowRank of(RankSampler sampler, Tensor gradient, int rank, RandomGenerator random);
    }

    private static final int BATCH = 16;
    private static final double RATE = 0.05;
    private static final int LONG = 3000;
    private static final int SHORT = 1000;
    /// Steps between two looks at the orthogonality.
    private static final int CHECK = 20;

    OrthogonalLearning() {
        this(OrthogonalUpdate::apply, RankSampler::sample);
    }

    @Override
    public Description description() {
        return new Description(
                "orthogonal-learning",
                "steps of rank 1 learn an orthogonal matrix, which stays orthogonal for thousands of steps",
                PAPER,
                "learning a random unitary matrix. Here it is real and of size 64; the paper's is complex and of size"
                        + " 2048",
                """
                Can a network learn a rotation without ever leaving the rotations? A recurrent network that only
                rotates its memory neither loses nor explodes it; the experiment learns an unknown orthogonal matrix
                from examples, with cheap updates that each touch only one direction and keep the matrix orthogonal.
                You see that these steps find the matrix, that it stays orthogonal to the last digits, and that a
                mirrored matrix cannot be reached.

                The target V and the start U are random orthogonal matrices of size n = 64 (32 in a quick run). If their
                determinants differ, one column of the target changes its sign. Each step draws 16 standard normal
                inputs x, whose target outputs are Vx. The gradient of the mean squared error is `G = (2/16) (U - V) X
                X'`, and its rank is 16. A sampler approximates -0.05 G by a matrix of rank k, and the update applies
                it:

                - projUNN-T follows the geodesic, `U exp((U'G - G'U) / 2)`;
                - projUNN-D takes the orthogonal matrix nearest to U + G;
                - LSI keeps k random combinations of the rows of G; the column sampler keeps k of its columns.

                At rank 16 nothing of the gradient is lost. All numbers are float64, and nothing restores
                orthogonality between the steps.

                **Determinants.** Both updates keep the determinant. The last course starts with the determinant that
                the target does not have. The nearest orthogonal matrices with this determinant are V with one direction
                mirrored, and their squared distance to V is 4. The course ends there. The inputs of a step turn the
                mirrored direction, which does not change the distance.
                """);
    }

    /// One course of learning.
    ///
    /// @param mirrored whether the target has the other determinant
    private record Trial(
            String name, OrthogonalUpdate update, RankSampler sampler, int rank, int steps, boolean mirrored) {
        Trial(String name, OrthogonalUpdate update, RankSampler sampler, int rank, int steps) {
            this(name, update, sampler, rank, steps, false);
        }
    }

    private static final RankSampler LSI = RankSampler.Sketch.defaults();
    private static final List<Trial> TRIALS = List.of(
            new Trial("T, LSI, rank 1", OrthogonalUpdate.GEODESIC, LSI, 1, LONG),
            new Trial("D, LSI, rank 1", OrthogonalUpdate.PROJECTION, LSI, 1, LONG),
            new Trial("T, columns, rank 1", OrthogonalUpdate.GEODESIC, RankSampler.Columns.defaults(), 1, SHORT),
            new Trial("T, LSI, rank 4", OrthogonalUpdate.GEODESIC, LSI, 4, SHORT),
            new Trial("T, LSI, rank 16", OrthogonalUpdate.GEODESIC, LSI, BATCH, SHORT),
            new Trial("T, rank 16, other determinant", OrthogonalUpdate.GEODESIC, LSI, BATCH, SHORT, true));

    /// What a course measured.
    ///
    /// @param distances `|U - V|_F^2` after each step, with that of the start first
    /// @param error largest entry of `|U'U - I|` on the way
    private record Course(Trial trial, double[] distances, double error) {
        double after(int steps) {
            return distances[steps];
        }

        Series.Line line(Color color) {
            Trajectory curve = new Trajectory();
            for (int i = 0; i < distances.length; i += 10) {
                curve.add(i, Math.max(distances[i], 1e-32));
            }
            return curve.line(trial.name, color);
        }
    }

    @Override
    public Outcome run(Setting setting) {
        List<Course> courses = TRIALS.stream().map(t -> learn(setting, t)).toList();
        ResultTable table =
                ResultTable.of("course", "at the start", "after 500", "after 1000", "at the end", "|U'U - I|");
        for (Course c : courses) {
            double last = c.distances[c.distances.length - 1];
            table = table.row(c.trial.name, c.after(0), c.after(500), c.after(1000), last, c.error);
        }
        return new Outcome(claims(courses), table, figure(courses));
    }

    private static List<Claim> claims(List<Course> courses) {
        var claims = new ArrayList<Claim>();
        for (Course c : courses.subList(0, 3)) {
            claims.add(Claim.of(
                    c.trial.name + ": squared distance to the target after 1000 steps",
                    c.after(1000),
                    atMost(1e-4),
                    "an independent calculation for T with LSI gave less than 1e-4"));
        }
        for (Course c : courses.subList(3, 5)) {
            claims.add(Claim.of(
                    c.trial.name + ": squared distance to the target after 500 steps",
                    c.after(500),
                    atMost(1e-4),
                    "an independent calculation gave less than 1e-4"));
        }
        for (Course c : courses.subList(0, 2)) {
            claims.add(Claim.of(
                    c.trial.name + ": largest entry of U'U - I in 3000 steps",
                    c.error,
                    atMost(1e-12),
                    "3000 times the rounding of float64, 2e-16, is 7e-13"));
        }
        Course mirrored = courses.getLast();
        claims.add(Claim.of(
                mirrored.trial.name + ": squared distance to the target after 1000 steps",
                mirrored.after(1000),
                near(4, 1e-6),
                "the squared distance of the nearest orthogonal matrices of this determinant"));
        return claims;
    }

    private Course learn(Setting setting, Trial trial) {
        int n = setting.size(32, 64);
        double[] distances = new double[trial.steps + 1];
        double error = 0;
        try (var scope = Scope.withoutGradients()) {
            Tensor u = Orthogonal.random(n, setting.random("orthogonal-learning start"));
            Tensor target = target(setting, u, trial.mirrored);
            distances[0] = squaredDistance(u, target);
            for (int step = 0; step < trial.steps; step++) {
                try (var inner = Scope.open()) {
                    var random = setting.random("orthogonal-learning step", step);
                    Tensor x = Tensors.of(VectorMath.gaussian(random, n * BATCH, 1), n, BATCH); // [n, B]
                    Tensor gradient = u.sub(target).matmul(x).matmul(x.t()).mul(Tensors.scalar(2.0 / BATCH));
                    move.of(
                            trial.update,
                            u,
                            approximation
                                    .of(trial.sampler, gradient, trial.rank, random)
                                    .times(-RATE));
                    distances[step + 1] = squaredDistance(u, target);
                    error = Math.max(error, (step + 1) % CHECK == 0 ? Orthogonal.error(u) : 0);
                }
            }
            return new Course(trial, distances, error);
        }
    }

    /// A random orthogonal matrix with the determinant of the start, or with the other one.
    private static Tensor target(Setting setting, Tensor start, boolean mirrored) {
        Tensor target = Orthogonal.random((int) start.size(0), setting.random("orthogonal-learning target"));
        if ((Orthogonal.sign(target) == Orthogonal.sign(start)) == mirrored) {
            target.select(1, 0).neg_();
        }
        return target;
    }

    private static double squaredDistance(Tensor u, Tensor target) {
        double norm = Tensors.value(u.sub(target).norm());
        return norm * norm;
    }

    private static Figure figure(List<Course> courses) {
        Panel panel = Panel.of(
                "Learning a random orthogonal matrix",
                Axis.linear("step").between(0, 1500),
                Axis.log("squared distance to the target").between(1e-12, 1e3));
        for (int i = 0; i < courses.size(); i++) {
            panel = panel.with(courses.get(i).line(Color.of(i)));
        }
        return Figure.of(
                "Steps of rank 1 find the target, steps of a higher rank find it sooner. A target of the other"
                        + " determinant stays at the distance 4.",
                1,
                panel);
    }
}
