package org.fullrank.lab;

import static org.fullrank.lab.Expected.atMost;
import static org.fullrank.lab.Expected.near;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.ejml.simple.SimpleMatrix;
import org.fullrank.lab.Series.Color;
import org.fullrank.spectral.ClosedForm;
import org.fullrank.spectral.Groups;
import org.fullrank.spectral.SpectralEmbedding;
import org.fullrank.spectral.SpectralObjective;
import org.fullrank.spectral.SpectralObjective.BarlowTwins;
import org.fullrank.spectral.SpectralObjective.Contrastive;
import org.fullrank.spectral.SpectralObjective.SpectralContrastive;
import org.fullrank.spectral.SpectralObjective.Vicreg;

/// Checks that a graph of labels gives the supervised solution.
///
/// @param free best embeddings of the nodes of a graph; under test
record LabelGraph(ClosedFits.Free free) implements Experiment {
    private static final int[] SIZES = {4, 3, 5};
    private static final int CLASSES = SIZES.length;
    private static final int SAMPLES = Arrays.stream(SIZES).sum();
    private static final int SMALLEST = Arrays.stream(SIZES).min().orElseThrow();
    private static final int WIDTH = 6;
    private static final double STRONG = 0.4;
    private static final double WEAK = 0.3;
    /// Rounding of eigenvectors of 12 samples.
    private static final double ROUNDING = 1e-9;

    LabelGraph() {
        this(ClosedForm::fit);
    }

    @Override
    public Description description() {
        return new Description(
                "label-graph",
                "if all samples of a class are related, each class becomes one point",
                SpectralFamily.PAPER,
                "the claim that a relation made from labels gives the supervised solution. The figures are derived"
                        + " here",
                """
                What do self-supervised losses find if the relation is perfect, so that samples are related exactly
                if they have the same label? The experiment relates all samples of one class, in classes of 4, 3 and
                5, and computes the best embeddings for four losses. You see that the embeddings have as few
                dimensions as the classes need, and that a linear map reads the labels from them without error.

                The 12 samples have a random order. `G_ij` is 1 for two samples of one class. In a class of m samples,
                the Laplacian has the eigenvalue m, m - 1 times. So relaxed VICReg (see
                [spectral-family](spectral-family.md)) keeps directions inside a class of m samples with the squared
                length `1 - gamma m` if `gamma m < 1`, and drops them otherwise. With C classes, C - 1 dimensions that tell the classes
                apart are always left. One less than C, because the mean is free.

                The matrix `G + I` of the contrastive loss consists of blocks of ones. The eigenvalues of these blocks
                are the sizes of the classes. The labels are a matrix Y with a column for each class. The residual is
                `|Y - ZB|/|Y|` with the best B. Where the mean of the embeddings is free, means are subtracted from Y and Z.

                **What to look at.** With gamma 0.4, each class is one point, and the three points form a triangle.
                With gamma 0.3, the class of 3 is still spread, because `0.3 x 3 < 1`. The labels can be read in both
                cases. So the condition `gamma x smallest class >= 1` decides about the number of dimensions, and not
                about the labels.
                """);
    }

    @Override
    public Outcome run(Setting setting) {
        int[] labels = labels(setting);
        Fitted strong = fit("vicreg, gamma .4", form(Vicreg.ofGamma(STRONG)), labels);
        Fitted weak = fit("vicreg, gamma .3", form(Vicreg.ofGamma(WEAK)), labels);
        Fitted contrastive = fit("contrastive", form(new Contrastive()), labels);
        Fitted spectral = fit("spectral-contrastive", form(new SpectralContrastive()), labels);
        Fitted barlow =
                fit("whitened barlow-twins, K 2", form(new BarlowTwins(true)).withWidth(CLASSES - 1), labels);
        List<Fitted> fits = List.of(strong, weak, contrastive, spectral, barlow);
        ResultTable table =
                ResultTable.of("objective", "dimensions", "loss", "residual of the labels", "spread of the class of 3");
        for (Fitted fit : fits) {
            table = table.row(fit.name, fit.dimensions(), fit.loss(), fit.residual(), fit.spread(1));
        }
        double[] gammas = gammas(setting);
        double[] found = Arrays.stream(gammas)
                .map(gamma -> fit("", form(Vicreg.ofGamma(gamma)).withWidth(SAMPLES - 1), labels)
                        .dimensions())
                .toArray();
        double[] predicted = Arrays.stream(gammas).map(LabelGraph::dimensions).toArray();
        List<Claim> claims = new ArrayList<>(vicregClaims(strong, weak));
        claims.add(Claim.of(
                "VICReg for other gammas: largest difference of the dimensions from C - 1 + the sum of (m - 1) over"
                        + " classes with gamma m < 1",
                IntStream.range(0, gammas.length)
                        .mapToDouble(i -> Math.abs(found[i] - predicted[i]))
                        .max()
                        .orElseThrow(),
                atMost(0),
                "a whole number; no gamma is at a border"));
        claims.addAll(contrastiveClaims(contrastive, spectral));
        for (Fitted fit : fits) {
            claims.add(Claim.of(
                    "%s: relative residual of the labels".formatted(fit.name),
                    fit.residual(),
                    atMost(ROUNDING),
                    "the embeddings span the indicators of the classes"));
        }
        return new Outcome(claims, table, figure(strong, weak, gammas, found));
    }

    /// A class for each sample, in random order.
    private static int[] labels(Setting setting) {
        RandomGenerator random = setting.random("label-graph");
        int[] labels = IntStream.range(0, CLASSES)
                .flatMap(c -> IntStream.generate(() -> c).limit(SIZES[c]))
                .toArray();
        for (int i = labels.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int label = labels[i];
            labels[i] = labels[j];
            labels[j] = label;
        }
        return labels;
    }

    /// Values between the borders 1/5, 1/4 and 1/3.
    private static double[] gammas(Setting setting) {
        int count = setting.size(8, 32);
        return IntStream.range(0, count)
                .mapToDouble(i -> 0.1 + 0.35 * (i + 0.5) / count)
                .toArray();
    }

    private static double dimensions(double gamma) {
        return CLASSES
                - 1
                + Arrays.stream(SIZES)
                        .filter(m -> gamma * m < 1)
                        .map(m -> m - 1)
                        .sum();
    }

    private static ClosedForm form(SpectralObjective objective) {
        return ClosedForm.of(objective).withWidth(WIDTH);
    }

    private Fitted fit(String name, ClosedForm form, int[] labels) {
        return new Fitted(name, labels, form.centered(), free.of(form, Groups.ofLabels(labels)));
    }

    /// @param centered whether the mean of the embeddings is free
    private record Fitted(String name, int[] labels, boolean centered, SpectralEmbedding fit) {
        SimpleMatrix z() {
            return ClosedFits.embeddings(fit);
        }

        double dimensions() {
            return fit.report().kept();
        }

        double loss() {
            return fit.report().loss();
        }

        double residual() {
            SimpleMatrix y = new SimpleMatrix(labels.length, CLASSES);
            for (int i = 0; i < labels.length; i++) {
                y.set(i, labels[i], 1);
            }
            SimpleMatrix target = centered ? MatrixMath.centered(y) : y;
            SimpleMatrix z = centered ? MatrixMath.centered(z()) : z();
            return MatrixMath.relativeDistance(z.mult(z.pseudoInverse().mult(target)), target);
        }

        /// The largest distance of two samples of one class, over all classes.
        double spread() {
            return IntStream.range(0, CLASSES).mapToDouble(this::spread).max().orElseThrow();
        }

        /// The largest distance of two samples of a class.
        double spread(int label) {
            SimpleMatrix z = z();
            double largest = 0;
            for (int i = 0; i < labels.length; i++) {
                for (int j = 0; j < i; j++) {
                    if (labels[i] == label && labels[j] == label) {
                        largest =
                                Math.max(largest, z.getRow(i).minus(z.getRow(j)).normF());
                    }
                }
            }
            return largest;
        }

        /// Two dimensions of each class as dots.
        Panel panel(String title, int first, int second) {
            Panel panel =
                    Panel.of(title, Axis.linear("dimension " + (first + 1)), Axis.linear("dimension " + (second + 1)));
            SimpleMatrix z = z();
            for (int c = 0; c < CLASSES; c++) {
                Trajectory dots = new Trajectory();
                for (int i = 0; i < labels.length; i++) {
                    if (labels[i] == c) {
                        dots.add(z.get(i, first), z.get(i, second));
                    }
                }
                panel = panel.with(new Series.Dots("class of " + SIZES[c], Color.of(c), 5, true, dots.x(), dots.y()));
            }
            return panel;
        }
    }

    private static List<Claim> vicregClaims(Fitted strong, Fitted weak) {
        return List.of(
                Claim.of(
                        "VICReg, gamma .4, K 6: dimensions",
                        strong.dimensions(),
                        near(CLASSES - 1, 0),
                        "C - 1, because .4 times the smallest class is 1.2"),
                Claim.of(
                        "VICReg, gamma .4, K 6: loss",
                        strong.loss(),
                        near(WIDTH - (CLASSES - 1), ROUNDING),
                        "1 for each of the four dimensions without use"),
                Claim.of(
                        "VICReg, gamma .4: each class is one point: largest distance inside a class",
                        strong.spread(),
                        atMost(ROUNDING),
                        "only eigenvectors that are constant on each class are left"),
                Claim.of(
                        "VICReg, gamma .3, K 6: dimensions",
                        weak.dimensions(),
                        near(dimensions(WEAK), 0),
                        "C - 1 and two directions inside the class of 3, because .3 x 3 < 1"),
                Claim.of(
                        "VICReg, gamma .3: the class of 3 is spread: largest distance inside it",
                        weak.spread(1),
                        near(Math.sqrt(2 * SAMPLES * (1 - WEAK * SMALLEST)), ROUNDING),
                        "sqrt(2 N (1 - gamma m)): its samples are the corners of an equilateral triangle"));
    }

    private static List<Claim> contrastiveClaims(Fitted contrastive, Fitted spectral) {
        double[] lengths = contrastive.fit.report().lengths();
        double[] sizes = Arrays.stream(SIZES).sorted().mapToDouble(m -> m).toArray();
        double largest = lengths.length == CLASSES
                ? IntStream.range(0, CLASSES)
                        .mapToDouble(i -> Math.abs(lengths[i] - sizes[CLASSES - 1 - i]))
                        .max()
                        .orElseThrow()
                : Double.NaN;
        return List.of(
                Claim.of(
                        "contrastive, K 6: dimensions",
                        contrastive.dimensions(),
                        near(CLASSES, 0),
                        "C blocks of ones, each of rank 1"),
                Claim.of(
                        "contrastive: largest difference of the squared lengths from the sizes of the classes",
                        largest,
                        atMost(ROUNDING),
                        "5, 4, 3: a block of m ones has the eigenvalue m"),
                Claim.of(
                        "contrastive: loss",
                        contrastive.loss(),
                        near(0, ROUNDING),
                        "G + I has rank C, so K = 6 dimensions give it exactly"),
                Claim.of(
                        "spectral-contrastive, K 6: dimensions",
                        spectral.dimensions(),
                        near(CLASSES, 0),
                        "each class has the eigenvalue 1; all others are negative, -1/(m - 1)"),
                Claim.of(
                        "spectral-contrastive: each class is one point: largest distance inside a class",
                        spectral.spread(),
                        atMost(ROUNDING),
                        "the eigenvectors are constant on each class"));
    }

    private static Figure figure(Fitted strong, Fitted weak, double[] gammas, double[] found) {
        Panel ranks = Panel.of("VICReg, K 11", Axis.linear("weight gamma"), Axis.linear("dimensions in use"))
                .with(
                        Series.graph("predicted", Color.GRAY, 0.1, 0.45, LabelGraph::dimensions),
                        Series.dots("VICReg", Color.BLUE, gammas, found));
        List<Panel> panels = new ArrayList<>(List.of(strong.panel("VICReg, gamma 0.4", 0, 1)));
        if (weak.z().getNumCols() > 2) {
            panels.add(weak.panel("VICReg, gamma 0.3", 2, 3 % weak.z().getNumCols()));
        }
        panels.add(ranks);
        return new Figure(
                "With gamma 0.4, the samples of each class lie on one point. With gamma 0.3, the third and fourth"
                        + " dimensions spread the class of 3, and the others are at 0. The third plot shows how the"
                        + " number of dimensions falls where gamma passes 1 / size of a class.",
                3,
                panels);
    }
}
