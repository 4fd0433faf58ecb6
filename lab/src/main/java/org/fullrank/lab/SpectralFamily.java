package org.fullrank.lab;

import static org.fullrank.lab.Expected.atLeast;
import static org.fullrank.lab.Expected.atMost;
import static org.fullrank.lab.Expected.near;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.ejml.simple.SimpleMatrix;
import org.fullrank.engine.Scope;
import org.fullrank.lab.Series.Color;
import org.fullrank.objective.BarlowTwins;
import org.fullrank.objective.Objective;
import org.fullrank.spectral.ClosedForm;
import org.fullrank.spectral.Graph;
import org.fullrank.spectral.Graph.Edge;
import org.fullrank.spectral.NearestNeighbors;
import org.fullrank.spectral.SampleRows;
import org.fullrank.spectral.SpectralEmbedding;
import org.fullrank.spectral.SpectralObjective.Vicreg;

/// Checks which classical embedding is the optimum of which objective.
///
/// @param free best embeddings of the nodes of a graph; under test
/// @param mapped best linear map of inputs; under test
/// @param barlow the published Barlow Twins loss; under test
record SpectralFamily(ClosedFits.Free free, ClosedFits.Mapped mapped, Objective barlow) implements Experiment {
    static final String PAPER = "Balestriero, LeCun, Contrastive and non-contrastive self-supervised learning recover"
            + " global and local spectral embedding methods, NeurIPS 2022, arXiv 2205.11508";

    /// Products of at most 600 rows in float64.
    static final double ROUNDING = 1e-9;

    private static final int RING = 10;
    private static final double RING_GAMMA = 0.3;
    private static final double ANGLE = 2 * Math.PI / RING;
    /// Squared length of both dimensions of the ring.
    private static final double RING_LENGTH = 1 - RING_GAMMA * (2 - 2 * StrictMath.cos(ANGLE));

    /// Deviation of the points of two moons that are far apart for it.
    private static final double CALM = 0.05;
    /// Deviation at which some nearest neighbors are of the other moon.
    private static final double NOISY = 0.1;

    static final int NODES = 30;
    private static final double EDGES = 0.2;
    private static final int WIDE = 20;
    static final double GAMMA = 0.1;

    SpectralFamily() {
        this(ClosedForm::fit, ClosedFits::map, published());
    }

    /// The published loss with equal weights and hardly any epsilon.
    static Objective published() {
        return new BarlowTwins(1, 1, 1e-12);
    }

    @Override
    public Description description() {
        return new Description(
                "spectral-family",
                "VICReg, contrastive losses and Barlow Twins are three classical embeddings",
                PAPER,
                "the claims of the abstract. The losses come from a public transcription of section 2; the solutions"
                        + " are derived here",
                """
                Do the losses of self-supervised learning find something new, or something that statistics has known
                for decades? The experiment computes the best embeddings of some graphs for each loss, without
                training, and compares them with classical embeddings, which EJML computes. You see that
                VICReg gives Laplacian eigenmaps, the contrastive loss gives multidimensional scaling, and whitened
                Barlow Twins gives canonical correlations, to the last digits.

                `G` says which samples are related, and `L` is its Laplacian. `J` subtracts the mean. VICReg is
                relaxed: `|Z'JZ/N - I|^2 + (2 gamma/N) tr(Z'LZ)`. Its optimum consists of the eigenvectors of `L` with
                the smallest eigenvalues mu (the constant one is left out), with squared lengths `1 - gamma mu`. A
                dimension whose length is not positive is dropped. The contrastive loss is `|ZZ' - (G + I)|^2`. The
                whitened Barlow Twins loss is `|Z'GZ/s - I|^2`, where the covariance is held at the identity and s is
                the sum of G.

                The scenes are a ring of 10 nodes; two moons of 100 points each with noise 0.05 and the graph of
                their 8 nearest neighbors; a random graph of 30 nodes with weights from 0.2 to 1; and 300 pairs of
                noisy copies of 5 inputs. The noise of a pair is stronger in later inputs.

                **What to look at.** A ring becomes a circle. One dimension tells two moons apart. With a larger
                gamma, fewer dimensions are left, at exactly the predicted values.

                **Three limits.** One dimension tells two moons apart only while hardly any nearest neighbors belong
                to different moons. With noise 0.1 instead of 0.05, the sign may change inside a moon.

                The contrastive loss is multidimensional scaling of similarities. Classical scaling starts from
                distances and subtracts means, which gives another embedding of the same graph. The loss gives it too
                if the means are subtracted (`ClosedForm.withCentered`).

                The published Barlow Twins divides each dimension by its standard deviation, which is not the same as
                whitening. Then mixed directions have a lower loss than the canonical ones, as the last panel shows.
                """);
    }

    @Override
    public Outcome run(Setting setting) {
        SpectralEmbedding ring =
                free.of(ClosedForm.of(Vicreg.ofGamma(RING_GAMMA)).withWidth(2), ring());
        Moons moons = moons(setting, CALM, 0);
        Graph graph = graph(setting);
        CanonicalTrap trap = new CanonicalTrap(barlow);
        Ranks ranks = ranks(graph, setting.size(10, 40));
        List<Claim> claims = new ArrayList<>(ringClaims(ring));
        claims.add(Claim.of(
                "one dimension tells two moons with noise .05 apart: share of the points on the side of their moon",
                moons.separated(),
                atLeast(0.99),
                "no neighbors are across the gap, or very few"));
        claims.add(Claim.of(
                "with noise .1, it does not always: smallest share of ten graphs",
                IntStream.range(1, 11)
                        .mapToDouble(draw -> moons(setting, NOISY, draw).separated())
                        .min()
                        .orElseThrow(),
                atMost(0.95),
                "some neighbors are across the gap, so the cheapest cut need not be between the moons"));
        claims.add(Claim.of(
                "a larger gamma drops dimensions: largest difference of their number from #{i: gamma mu_i < 1}",
                ranks.largestDifference(),
                atMost(0),
                "a whole number, at most K = 20; no gamma is at a border"));
        ResultTable table = ResultTable.of("objective", "classical embedding", "relative distance");
        for (ClassicalComparison comparison : ClassicalComparison.all(setting, graph, free, mapped)) {
            table = table.row(comparison.objective(), comparison.classical(), comparison.distance());
            claims.add(comparison.claim());
        }
        claims.addAll(trap.claims(setting));
        return new Outcome(claims, table, figure(ring, moons, ranks, trap));
    }

    static Graph ring() {
        return Graph.of(
                RING,
                IntStream.range(0, RING)
                        .mapToObj(i -> new Edge(i, (i + 1) % RING, 1))
                        .toList());
    }

    private static List<Claim> ringClaims(SpectralEmbedding fit) {
        SimpleMatrix z = ClosedFits.embeddings(fit);
        double radius = 0;
        double cosine = 0;
        for (int i = 0; i < RING; i++) {
            SimpleMatrix here = z.getRow(i);
            SimpleMatrix next = z.getRow((i + 1) % RING);
            radius = Math.max(radius, Math.abs(here.dot(here) - 2 * RING_LENGTH));
            double product = here.dot(next) / here.normF() / next.normF();
            cosine = Math.max(cosine, Math.abs(product - StrictMath.cos(ANGLE)));
        }
        return List.of(
                Claim.of(
                        "a ring of 10 nodes, gamma .3: smaller squared length of the two dimensions",
                        Arrays.stream(fit.report().lengths()).min().orElseThrow(),
                        near(RING_LENGTH, ROUNDING),
                        "1 - gamma (2 - 2 cos 36 deg) = .885410196625"),
                Claim.of(
                        "all nodes of the ring are on a circle: largest distance of |z|^2 from twice this length",
                        radius,
                        atMost(ROUNDING),
                        "a sine and a cosine of equal lengths"),
                Claim.of(
                        "neighbors on the ring are neighbors on the circle: largest distance of a cosine from cos 36"
                                + " deg",
                        cosine,
                        atMost(ROUNDING),
                        "ten steps go round once"));
    }

    /// @param values the only dimension
    private record Moons(double[][] points, double[] values) {
        /// The share of points whose sign is that of their moon.
        double separated() {
            long right = IntStream.range(0, values.length)
                    .filter(i -> values[i] > 0 == i < values.length / 2)
                    .count();
            return Math.max(right, values.length - right) / (double) values.length;
        }

        Series side(String label, Color color, boolean positive) {
            Trajectory dots = new Trajectory();
            for (int i = 0; i < values.length; i++) {
                if (values[i] > 0 == positive) {
                    dots.add(points[i][0], points[i][1]);
                }
            }
            return Series.dots(label, color, dots.x(), dots.y());
        }
    }

    private Moons moons(Setting setting, double noise, int draw) {
        double[][] points = FewLabels.moons(setting.random("spectral-family moons", draw), 100, noise);
        try (var scope = Scope.withoutGradients()) {
            Graph graph = NearestNeighbors.graph(SampleRows.of(ClosedFits.tensor(new SimpleMatrix(points))), 8);
            SpectralEmbedding fit = free.of(ClosedForm.of(Vicreg.ofGamma(GAMMA)).withWidth(1), graph);
            return new Moons(points, fit.values());
        }
    }

    /// A connected graph with random weights.
    private static Graph graph(Setting setting) {
        RandomGenerator random = setting.random("spectral-family graph");
        List<Edge> edges = new ArrayList<>();
        for (int i = 0; i < NODES; i++) {
            for (int j = i + 1; j < NODES; j++) {
                double weight = 0.2 + 0.8 * random.nextDouble();
                if (random.nextDouble() < EDGES || j == i + 1) {
                    edges.add(new Edge(i, j, weight));
                }
            }
        }
        return Graph.of(NODES, edges);
    }

    /// Numbers of dimensions for some values of gamma.
    private record Ranks(double[] gammas, double[] found, double[] predicted) {
        double largestDifference() {
            return IntStream.range(0, found.length)
                    .mapToDouble(i -> Math.abs(found[i] - predicted[i]))
                    .max()
                    .orElseThrow();
        }
    }

    private Ranks ranks(Graph graph, int count) {
        double[] mu = MatrixMath.eigenvalues(ClosedFits.laplacian(graph)); // ascending, the first one is 0
        double low = Math.log(0.8 / mu[NODES - 1]);
        double high = Math.log(0.98 / mu[1]);
        double[] gammas = new double[count];
        double[] found = new double[count];
        double[] predicted = new double[count];
        for (int g = 0; g < count; g++) {
            double gamma = StrictMath.exp(low + (high - low) * g / (count - 1));
            gammas[g] = gamma;
            predicted[g] = Math.min(
                    WIDE, Arrays.stream(mu).skip(1).filter(m -> gamma * m < 1).count());
            found[g] = free.of(ClosedForm.of(Vicreg.ofGamma(gamma)).withWidth(WIDE), graph)
                    .report()
                    .kept();
        }
        return new Ranks(gammas, found, predicted);
    }

    private static Figure figure(SpectralEmbedding ring, Moons moons, Ranks ranks, CanonicalTrap trap) {
        SimpleMatrix z = ClosedFits.embeddings(ring);
        Trajectory circle = new Trajectory();
        for (int i = 0; i <= RING; i++) {
            circle.add(z.get(i % RING, 0), z.get(i % RING, 1));
        }
        return Figure.of(
                "A ring of 10 nodes becomes a circle. The sign of one dimension colors two moons. The number of"
                        + " dimensions falls with gamma, as predicted. In the last plot, mixed directions have a lower"
                        + " published Barlow Twins loss than the canonical ones.",
                2,
                Panel.of(
                                "VICReg of a ring",
                                Axis.linear("dimension 1").between(-1.8, 1.8),
                                Axis.linear("dimension 2").between(-1.4, 1.4))
                        .with(
                                circle.line("edges", Color.GRAY),
                                Series.dots("nodes", Color.BLUE, circle.x(), circle.y())),
                Panel.of("One dimension of two moons", Axis.linear("x"), Axis.linear("y"))
                        .with(moons.side("positive", Color.BLUE, true), moons.side("negative", Color.VERMILION, false)),
                Panel.of("Random graph, K 20", Axis.log("weight gamma"), Axis.linear("dimensions in use"))
                        .with(
                                Series.line("#{i: gamma mu_i < 1}", Color.GRAY, ranks.gammas, ranks.predicted),
                                Series.dots("VICReg", Color.BLUE, ranks.gammas, ranks.found)),
                trap.panel());
    }
}
