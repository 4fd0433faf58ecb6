package org.fullrank.decompose;

import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.jspecify.annotations.Nullable;

/// A classical factorization of the same tensor, with the same measures as the fitted factors.
///
/// The held-out loss is that of a fit without the held-out entries. The reconstruction, and so the PSNR, is that
/// of a fit to all observed entries, which is more than the networks see.
///
/// @param name such as `svd`
/// @param rank of the reconstruction
/// @param heldOut loss of the held-out entries
/// @param psnr in dB; null without the truth
/// @param reconstruction row-major
public record Rival(
        String name, int rank, double heldOut, @Nullable Double psnr, float[] reconstruction) {
    /// The kinds of rivals.
    public enum Kind {
        /// Truncated singular value decomposition of the same rank, and of the best rank: by the truth if it is
        /// given, otherwise by the held-out entries.
        SVD,
        /// Nonnegative matrix factorization of the same rank.
        NMF;

        /// The kind of a name.
        ///
        /// @throws InputException when there is none
        public static Kind named(String name) {
            for (Kind kind : values()) {
                if (kind.name().toLowerCase(Locale.ROOT).equals(name)) {
                    return kind;
                }
            }
            throw new InputException("compare: found %s, expected svd or nmf".formatted(name));
        }
    }

    /// The rivals of a kind.
    ///
    /// @param fitted whose rank, loss and held-out entries are used
    /// @param truth entries without noise, row-major; null: unknown
    public static List<Rival> of(Kind kind, PartialTensor data, Decomposition fitted, float @Nullable [] truth) {
        DecompositionSettings settings = fitted.settings();
        HeldOut split = HeldOut.of(data, settings.stopping().holdout(), settings.seed());
        ToDoubleFunction<float[]> heldOut = reconstruction -> heldOut(data, split, settings.loss(), reconstruction);
        int rank = Math.min(fitted.rank(), Math.min(data.rows(), data.columns()));
        return switch (kind) {
            case SVD -> List.of(svd(data, split, rank, heldOut, truth), bestSvd(data, split, heldOut, truth));
            case NMF -> {
                boolean poisson = settings.loss() instanceof FitLoss.Poisson;
                float[] some = Nmf.fit(split.fitted(), rank, poisson, settings.seed());
                float[] all = Nmf.fit(data, rank, poisson, settings.seed());
                yield List.of(new Rival("nmf", rank, heldOut.applyAsDouble(some), psnr(truth, all), all));
            }
        };
    }

    private static Rival svd(
            PartialTensor data, HeldOut split, int rank, ToDoubleFunction<float[]> heldOut, float @Nullable [] truth) {
        float[] all = Svd.of(data, rank).reconstruction();
        double loss = heldOut.applyAsDouble(Svd.of(split.fitted(), rank).reconstruction());
        return new Rival("svd", rank, loss, psnr(truth, all), all);
    }

    private static Rival bestSvd(
            PartialTensor data, HeldOut split, ToDoubleFunction<float[]> heldOut, float @Nullable [] truth) {
        if (truth == null) {
            Rival chosen = svd(data, split, Svd.best(split.fitted(), heldOut).rank(), heldOut, null);
            return new Rival("best-svd", chosen.rank(), chosen.heldOut(), null, chosen.reconstruction());
        }
        Svd.Approximation best = Svd.best(data, reconstruction -> -Psnr.of(truth, reconstruction));
        double loss = heldOut.applyAsDouble(Svd.of(split.fitted(), best.rank()).reconstruction());
        return new Rival("best-svd", best.rank(), loss, psnr(truth, best.reconstruction()), best.reconstruction());
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
