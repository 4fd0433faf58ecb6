package org.fullrank.decompose;

import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.jspecify.annotations.Nullable;

/// What a factorization makes of a tensor, with the measures that all factorizations share.
///
/// @param name such as `svd`
/// @param rank of the values
/// @param heldOut loss of the held-out entries, by a fit without them
/// @param psnr in dB; null without the truth
/// @param values row-major, of the shape of the data
public record Reconstruction(
        String name, int rank, double heldOut, @Nullable Double psnr, float[] values) {
    /// The factors of networks.
    public static final String DEEP_TENSOR = "deeptensor";

    /// The classical factorizations.
    public enum Rival {
        /// Truncated singular value decomposition of the same rank, and of the best rank: by the truth if it is
        /// given, otherwise by the held-out entries.
        SVD,
        /// Nonnegative matrix factorization of the same rank.
        NMF;

        /// The rival of a name.
        ///
        /// @throws InputException when there is none
        public static Rival named(String name) {
            for (Rival rival : values()) {
                if (rival.name().toLowerCase(Locale.ROOT).equals(name)) {
                    return rival;
                }
            }
            throw new InputException("compare: found %s, expected svd or nmf".formatted(name));
        }
    }

    /// That of fitted factors.
    ///
    /// @param truth entries without noise, row-major; null: unknown
    public static Reconstruction of(Decomposition fitted, float @Nullable [] truth) {
        float[] values = fitted.reconstruction();
        return new Reconstruction(DEEP_TENSOR, fitted.rank(), fitted.heldOut(), psnr(truth, values), values);
    }

    /// Those of a classical factorization. The held-out loss is that of a fit without the held-out entries. The
    /// values, and so the PSNR, are those of a fit to all observed entries, which are more than the networks see.
    ///
    /// @param fitted whose rank, loss and held-out entries are used
    /// @param truth entries without noise, row-major; null: unknown
    public static List<Reconstruction> of(
            Rival rival, PartialTensor data, Decomposition fitted, float @Nullable [] truth) {
        DecompositionSettings settings = fitted.settings();
        HeldOut split = HeldOut.of(data, settings.stopping().holdout(), settings.seed());
        ToDoubleFunction<float[]> heldOut = values -> heldOut(data, split, settings.loss(), values);
        int rank = Math.min(fitted.rank(), Math.min(data.rows(), data.columns()));
        return switch (rival) {
            case SVD -> List.of(svd(data, split, rank, heldOut, truth), bestSvd(data, split, heldOut, truth));
            case NMF -> {
                boolean poisson = settings.loss() instanceof FitLoss.Poisson;
                float[] some = Nmf.fit(split.fitted(), rank, poisson, settings.seed());
                float[] all = Nmf.fit(data, rank, poisson, settings.seed());
                yield List.of(new Reconstruction("nmf", rank, heldOut.applyAsDouble(some), psnr(truth, all), all));
            }
        };
    }

    private static Reconstruction svd(
            PartialTensor data, HeldOut split, int rank, ToDoubleFunction<float[]> heldOut, float @Nullable [] truth) {
        float[] all = Svd.of(data, rank).reconstruction();
        double loss = heldOut.applyAsDouble(Svd.of(split.fitted(), rank).reconstruction());
        return new Reconstruction("svd", rank, loss, psnr(truth, all), all);
    }

    private static Reconstruction bestSvd(
            PartialTensor data, HeldOut split, ToDoubleFunction<float[]> heldOut, float @Nullable [] truth) {
        int rank = truth == null
                ? Svd.best(split.fitted(), heldOut).rank()
                : Svd.best(data, values -> -Psnr.of(truth, values)).rank();
        Reconstruction best = svd(data, split, rank, heldOut, truth);
        return new Reconstruction("best-svd", rank, best.heldOut(), best.psnr(), best.values());
    }

    private static @Nullable Double psnr(float @Nullable [] truth, float[] reconstruction) {
        return truth == null ? null : Psnr.of(truth, reconstruction);
    }

    /// The mean loss of the held-out entries, in the units of the data.
    private static double heldOut(PartialTensor data, HeldOut split, FitLoss loss, float[] reconstruction) {
        double scale = DataScale.of(split.fitted()).factor();
        float[] fitted = new float[split.entries().length];
        for (int i = 0; i < fitted.length; i++) {
            fitted[i] = reconstruction[split.entries()[i]];
        }
        try (var scope = Scope.withoutGradients()) {
            var unit = Tensors.scalar(scale);
            var y = Tensors.of(fitted, fitted.length).div(unit);
            var x = Tensors.of(data.values(split.entries()), fitted.length).div(unit);
            return Tensors.value(loss.of(y, x).mean()) * Math.pow(scale, loss.degree());
        }
    }
}
