package org.fullrank.decompose;

import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.jspecify.annotations.Nullable;

/// Classical factorizations of the same tensor as a fit, measured in the same way.
///
/// The held-out loss comes from factorizations without the held-out entries, one for each split of the fit.
/// If it decides the best rank, only the first split is used. The values, and therefore the
/// PSNR, come from a factorization of all observed entries. The networks get fewer entries.
public final class Rivals {
    private final PartialTensor data;
    private final Decomposition fitted;
    private final float @Nullable [] truth;
    private final List<HeldOut> splits;

    /// @param data the tensor
    /// @param fitted its rank, loss and held-out entries are used
    /// @param truth entries without noise, row-major; null: unknown
    public Rivals(PartialTensor data, Decomposition fitted, float @Nullable [] truth) {
        DecompositionSettings settings = fitted.settings();
        this.data = data;
        this.fitted = fitted;
        this.truth = truth;
        DecompositionSettings.Stopping stopping = settings.stopping();
        this.splits = IntStream.range(0, stopping.splits())
                .mapToObj(i -> HeldOut.of(data, stopping.holdout(), settings.seed(), i))
                .toList();
    }

    /// The factorizations of a kind.
    ///
    /// @throws org.fullrank.engine.InputException when it does not exist for the tensor
    public List<Reconstruction> of(Rival rival) {
        rival.requireFor(data);
        long seed = fitted.settings().seed();
        boolean poisson = loss() instanceof FitLoss.Poisson;
        int rank = Math.min(fitted.rank(), Math.min(data.rows(), data.columns())); // that of a matrix
        return switch (rival) {
            case SVD -> List.of(svd("svd", rank), svd("best-svd", bestRank()));
            case NMF -> List.of(measured("nmf", rank, some -> Nmf.fit(some, rank, poisson, seed)));
            case CP -> List.of(measured("cp", fitted.rank(), some -> CpAls.fit(some, fitted.rank(), seed)));
            case TUCKER -> List.of(measured("tucker", fitted.rank(), some -> Tucker.fit(some, fitted.rank())));
        };
    }

    private FitLoss loss() {
        return fitted.settings().loss();
    }

    private Reconstruction svd(String name, int rank) {
        return measured(name, rank, some -> Svd.of(some, rank).reconstruction());
    }

    private int bestRank() {
        return truth == null
                ? Svd.best(splits.getFirst().fitted(), values -> heldOut(splits.getFirst(), values))
                        .rank()
                : Svd.best(data, values -> -Psnr.of(truth, values)).rank();
    }

    private Reconstruction measured(String name, int rank, Function<PartialTensor, float[]> factorization) {
        float[] all = factorization.apply(data);
        Double psnr = truth == null ? null : Psnr.of(truth, all);
        double heldOut = splits.stream()
                .mapToDouble(split -> heldOut(split, factorization.apply(split.fitted())))
                .average()
                .orElseThrow();
        return new Reconstruction(name, rank, heldOut, psnr, all);
    }

    /// The mean loss of the held-out entries, in the units of the data.
    private double heldOut(HeldOut split, float[] values) {
        int[] entries = split.entries();
        float[] some = new float[entries.length];
        for (int i = 0; i < some.length; i++) {
            some[i] = values[entries[i]];
        }
        double scale = DataScale.of(split.fitted()).factor();
        try (var scope = Scope.withoutGradients()) {
            Tensor y = Tensors.of(some, some.length).div(Tensors.scalar(scale));
            Tensor x = Tensors.of(data.values(entries), some.length).div(Tensors.scalar(scale));
            return Tensors.value(loss().of(y, x).mean()) * Math.pow(scale, loss().degree());
        }
    }
}
