package org.fullrank.bench;

import java.util.Arrays;
import java.util.Locale;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.fullrank.data.DataSpec;
import org.fullrank.data.Dataset;
import org.fullrank.data.Items;
import org.fullrank.data.Split;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.engine.Threads;
import org.fullrank.linalg.BlockLanczos;
import org.fullrank.linalg.Eigenpairs;
import org.fullrank.linalg.Reductions;
import org.fullrank.linalg.SymmetricOperator;
import org.fullrank.spectral.ClosedForm;
import org.fullrank.spectral.FeatureMap;
import org.fullrank.spectral.Groups;
import org.fullrank.spectral.Kernel;
import org.fullrank.spectral.LandmarkChoice;
import org.fullrank.spectral.NearestNeighbors;
import org.fullrank.spectral.Relation;
import org.fullrank.spectral.SampleRows;
import org.fullrank.spectral.SpectralMap;
import org.fullrank.spectral.SpectralObjective.Vicreg;
import org.fullrank.spectral.ViewRows;
import org.fullrank.view.ViewGenerator;
import org.fullrank.view.ViewSpec;

/// Compares the approximations of closed forms with the dense solution, for 2,000 samples and 16 dimensions:
/// landmarks with the kernel matrix of all samples, and block Lanczos with all eigenvectors. The angle is the
/// largest principal angle between the two spaces of embeddings, and the overlap is the mean of the squared
/// cosines of all principal angles. The error of the loss is the difference of the two minimum values.
///
/// ```
/// bench/run ApproximationStudy DATA
/// ```
///
/// DATA is Fashion-MNIST or another set of gray pictures. It takes minutes.
public final class ApproximationStudy {
    private static final int SAMPLES = 2000;
    private static final int WIDTH = 16;
    private static final int NEIGHBORS = 10;
    private static final int SEEDS = 3;
    private static final double CUT = 1e-3; // with 1e-10, all pairs agree exactly and the optimum is not unique
    private static final int[] LANDMARKS = {64, 128, 256, 512, 1024};
    private static final double[] TOLERANCES = {1e-1, 1e-2, 1e-3, 1e-4, 1e-6, 1e-8};

    private ApproximationStudy() {}

    public static void main(String[] arguments) {
        Threads.use(Threads.resolve(0));
        try (Dataset data = Dataset.open(DataSpec.of(arguments[0]).withSamples(SAMPLES));
                var scope = Scope.withoutGradients()) {
            Items items = data.items(Split.TRAIN);
            ViewGenerator views = ViewGenerator.of(items, ViewSpec.named("gray"), 1, Threads.resolve(0));
            landmarks(ViewRows.drawn(views, SAMPLES / views.views()));
            lanczos(ViewRows.plain(views, SAMPLES));
        }
    }

    private static void landmarks(ViewRows drawn) {
        SampleRows samples = SampleRows.of(all(drawn));
        Groups relation = Groups.ofViews(drawn.items(), drawn.views());
        Kernel kernel = Kernel.of("rbf", samples);
        System.out.printf(
                Locale.ROOT,
                "%d views of %d images, kernel %s, %d dimensions%n",
                samples.size(),
                drawn.items(),
                kernel.text(),
                WIDTH);
        System.out.println(
                "| landmarks | choice | trace error | rank | loss | error of the loss | angle, degrees | overlap |");
        System.out.println("| --- | --- | --- | --- | --- | --- | --- | --- |");
        ClosedForm form = ClosedForm.of(Vicreg.defaults()).withWidth(WIDTH).withRankCut(CUT);
        SpectralMap exact = form.fit(relation, samples, FeatureMap.Landmarks.of(kernel, all(drawn)));
        var reference = new Reference(exact, exact.embed(samples));
        System.out.printf(
                Locale.ROOT,
                "| %d | all | 0 | %d | %.4f | gap %.1e | | |%n",
                SAMPLES,
                exact.report().rank(),
                exact.report().loss(),
                exact.report().gap());
        for (int count : LANDMARKS) {
            for (LandmarkChoice choice : LandmarkChoice.values()) {
                compare(form, relation, samples, kernel, reference, count, choice);
            }
        }
    }

    /// The dense solution and its embeddings `[N, K]`.
    private record Reference(SpectralMap map, Tensor embeddings) {}

    /// Prints the means over the seeds.
    private static void compare(
            ClosedForm form,
            Relation relation,
            SampleRows samples,
            Kernel kernel,
            Reference exact,
            int count,
            LandmarkChoice choice) {
        double[] sums = new double[5];
        for (int seed = 1; seed <= SEEDS; seed++) {
            try (var scope = Scope.withoutGradients()) {
                SpectralMap map = form.fit(relation, samples, choice.choose(kernel, samples, count, seed));
                double[] sines = sines(exact.embeddings, map.embed(samples));
                sums[0] += map.report().traceError() / SEEDS;
                sums[1] += (double) map.report().rank() / SEEDS;
                sums[2] += map.report().loss() / SEEDS;
                sums[3] += angle(sines) / SEEDS;
                sums[4] += overlap(sines) / SEEDS;
            }
        }
        System.out.printf(
                Locale.ROOT,
                "| %d | %s | %.1e | %.0f | %.4f | %.1e | %.1f | %.1f %% |%n",
                count,
                choice.name().toLowerCase(Locale.ROOT).replace('_', '-'),
                sums[0],
                sums[1],
                sums[2],
                sums[2] - exact.map.report().loss(),
                sums[3],
                100 * sums[4]);
    }

    private static void lanczos(ViewRows plain) {
        Relation graph = NearestNeighbors.graph(plain, NEIGHBORS);
        var matrix = new Form(graph, Vicreg.DEFAULT_BETA / 2);
        Eigenpairs all = Eigenpairs.of(matrix.times(torch.eye(graph.size(), Tensors.of(new double[1], 1).options())));
        double loss = loss(all);
        System.out.printf(
                Locale.ROOT,
                "%n%d images, %d neighbors of each, %d dimensions, loss %.6f, gap %.1e%n",
                graph.size(),
                NEIGHBORS,
                WIDTH,
                loss,
                all.values()[WIDTH - 1] - all.values()[WIDTH]);
        System.out.println("| tolerance | residual | products | error of the loss | angle, degrees | overlap |");
        System.out.println("| --- | --- | --- | --- | --- | --- |");
        Tensor reference = all.vectors().narrow(1, 0, WIDTH);
        for (double tolerance : TOLERANCES) {
            matrix.products = 0;
            var stop = new BlockLanczos.Stop(tolerance, BlockLanczos.Stop.DEFAULT.maxIterations());
            Eigenpairs found = BlockLanczos.largest(matrix, WIDTH + 1, stop, 1);
            double[] sines = sines(reference, found.vectors().narrow(1, 0, WIDTH));
            System.out.printf(
                    Locale.ROOT,
                    "| %.0e | %.1e | %d | %.1e | %.1e | %.1f %% |%n",
                    tolerance,
                    found.residual(),
                    matrix.products,
                    loss(found) - loss,
                    angle(sines),
                    100 * overlap(sines));
        }
    }

    /// The minimum of `vicreg` for these eigenvalues.
    private static double loss(Eigenpairs pairs) {
        return WIDTH
                - Arrays.stream(pairs.values())
                        .limit(WIDTH)
                        .filter(l -> l > 0)
                        .map(l -> l * l)
                        .sum();
    }

    /// `J (I - half L) J`, whose largest eigenvalues belong to the minimum of `vicreg`. Counts its products.
    private static final class Form implements SymmetricOperator {
        private final Relation relation;
        private final Tensor diagonal; // [N, 1]
        private final double half;
        private int products;

        private Form(Relation relation, double half) {
            this.relation = relation;
            this.half = half;
            diagonal = Tensors.of(relation.degrees(), relation.size(), 1)
                    .mul(Tensors.scalar(-half))
                    .add_(Tensors.scalar(1));
        }

        @Override
        public int size() {
            return relation.size();
        }

        @Override
        public Tensor times(Tensor x) {
            products++;
            Tensor centered = x.sub(Reductions.means(x));
            Tensor product = centered.mul(diagonal).add_(relation.times(centered).mul_(Tensors.scalar(half)));
            return product.sub_(Reductions.means(product));
        }
    }

    private static Tensor all(ViewRows rows) {
        int[] places = new int[rows.size()];
        Arrays.setAll(places, i -> i);
        return rows.at(places);
    }

    /// The sines of the principal angles between the column spaces of matrices `[N, K]`. They are exact for
    /// small angles too, unlike cosines. Missing columns count as orthogonal.
    private static double[] sines(Tensor a, Tensor b) {
        Tensor p = torch.linalg_qr(a).get0();
        Tensor q = torch.linalg_qr(b).get0();
        double[] sines = Tensors.doubles(torch.linalg_svdvals(q.sub(p.matmul(p.t().matmul(q)))));
        double[] all = Arrays.copyOf(sines, WIDTH);
        Arrays.fill(all, Math.min(sines.length, WIDTH), WIDTH, 1);
        return all;
    }

    private static double angle(double[] sines) {
        return Math.toDegrees(
                Math.asin(Math.min(1, Arrays.stream(sines).max().orElseThrow())));
    }

    private static double overlap(double[] sines) {
        return 1 - Arrays.stream(sines).map(s -> s * s).sum() / WIDTH;
    }
}
