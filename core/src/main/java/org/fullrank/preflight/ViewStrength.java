package org.fullrank.preflight;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.linalg.Reductions;
import org.fullrank.method.Method;
import org.fullrank.method.MethodSpec;
import org.fullrank.net.Mode;
import org.fullrank.preflight.PreflightCheck.Finding;
import org.fullrank.view.ImageViews;
import org.fullrank.view.SeriesViews;
import org.fullrank.view.VectorViews;
import org.fullrank.view.ViewPresets;
import org.fullrank.view.ViewSpec;

/// Measures, before any training, whether two views of an item still have something in common. The first
/// measure is how often the nearest of N second views belongs to the same item as the first view (chance 1 /
/// N). The second measure is the share of other items whose second views are farther away than the item's own
/// second view (chance one half). The second measure is much more sensitive.
///
/// Both measures use the cosine of centered rows. Both measures are computed on the values of the views, and
/// on the representation of the untrained encoder. Before the measurement, the statistics of the encoder's
/// norm layers have adapted to these views.
final class ViewStrength {
    static final String NAME = "view-strength";

    /// At or above this raw match rate, the views are nearly copies of each other. Then pairs can be found by
    /// comparing values, without training.
    static final double COPIES = 0.95;

    /// At or above this raw match rate the views may be too easy. Built-in recipes are below 0.35 among 512
    /// items. Crops of at least four fifths of a CIFAR-10 picture reach 0.57.
    static final double EASY = 0.6;

    /// If the share of farther rows is below this value, the views contain nothing about the item's identity.
    /// For 512 items, 0.54 is three standard deviations above chance, which is one half. A standard deviation
    /// is `1 / sqrt(12 N)`.
    static final double NO_TRACE = 0.54;

    /// If the share is below this value, the views contain little about the item's identity. Built-in recipes
    /// for pictures have a share above 0.75. Blurred crops of three percent of a picture have a share below
    /// 0.62. Views of the built-in shapes share only an outline and have a share of 0.55.
    static final double FAINT = 0.65;

    private ViewStrength() {}

    /// @param rows N items
    static PreflightCheck of(Rehearsal rehearsal, int rows) {
        if (rehearsal.recipe().method() instanceof MethodSpec.Metric) {
            return PreflightCheck.of(
                    NAME,
                    Finding.FINE,
                    new LinkedHashMap<>(),
                    "metric learning compares classes, so views of an item need not tell it from others");
        }
        try (var scope = Scope.withoutGradients();
                Method network = rehearsal.network()) {
            List<Tensor> pair = rehearsal.batch(0, rows).views().subList(0, 2);
            Match raw = match(pair.get(0).flatten(1, -1), pair.get(1).flatten(1, -1));
            // In training mode the norms use the statistics of these views directly.
            Tensor first = network.encode(pair.get(0), Mode.TRAIN); // [N, D]
            Match encoded = match(first, network.encode(pair.get(1), Mode.TRAIN));
            return judge(raw, encoded, rows, rehearsal.recipe().views());
        }
    }

    /// How well the rows of one view match the rows of the other.
    ///
    /// @param rate share of rows whose nearest row of the other view has the same number. If all rows are
    ///     equal, no row matches
    /// @param farther share of other rows that are farther away than the row's own second view, averaged over
    ///     rows; ties count half
    record Match(double rate, double farther) {}

    /// @param a one view, `[N, D]`
    /// @param b the other
    static Match match(Tensor a, Tensor b) {
        try (var scope = Scope.withoutGradients()) {
            double n = a.size(0);
            Tensor cosines = unit(a).mm(unit(b).t()); // [N, N]
            Tensor own = cosines.diagonal().clone().unsqueeze(1); // [N, 1]
            double below = Tensors.value(cosines.lt(own).to(ScalarType.Double).sum());
            double ties = Tensors.value(cosines.eq(own).to(ScalarType.Double).sum()) - n;
            cosines.fill_diagonal_(new Scalar(Double.NEGATIVE_INFINITY));
            Tensor best = torch.amax(cosines, new long[] {1}, true); // [N, 1], of all others
            double rate = Tensors.value(own.gt(best).to(ScalarType.Double).mean());
            return new Match(rate, (below + ties / 2) / (n * (n - 1)));
        }
    }

    private static Tensor unit(Tensor x) {
        Tensor wide = x.to(ScalarType.Float);
        Tensor centered = wide.sub(Reductions.means(wide)); // [N, D]
        Tensor norms = Reductions.sum(centered.square(), 1).sqrt(); // [N, 1]
        return centered.div(norms.clamp_min(Tensors.scalar(1e-12)));
    }

    static PreflightCheck judge(Match raw, Match encoded, int rows, ViewSpec views) {
        var figures = new LinkedHashMap<String, Double>();
        figures.put("raw-match-rate", raw.rate());
        figures.put("encoder-match-rate", encoded.rate());
        figures.put("chance", 1.0 / rows);
        figures.put("raw-farther", raw.farther());
        figures.put("encoder-farther", encoded.farther());
        figures.put("items", (double) rows);
        String rates = ("among %d items the nearest second view belongs to the same item for %s %% by raw values and"
                                + " %s %% by the")
                        .formatted(
                                rows,
                                PreflightReport.number(100 * raw.rate()),
                                PreflightReport.number(100 * encoded.rate()))
                + " untrained encoder (chance %s %%)".formatted(PreflightReport.number(100.0 / rows));
        double farther = Math.max(raw.farther(), encoded.farther());
        String others = "; %s %% of the others are farther away (chance 50 %%)"
                .formatted(PreflightReport.number(100 * farther));
        if (raw.rate() >= EASY) {
            Finding finding = raw.rate() >= COPIES ? Finding.WRONG : Finding.CONSIDER;
            String why = rates + ": too easy, pairs can be found without learning";
            return new PreflightCheck(NAME, finding, figures, why, stronger(views));
        }
        if (farther < FAINT) {
            Finding finding = farther < NO_TRACE ? Finding.WRONG : Finding.CONSIDER;
            String why = rates + others + ": hardly anything is shared, the views are too strong";
            return new PreflightCheck(NAME, finding, figures, why, weaker(views));
        }
        return PreflightCheck.of(NAME, Finding.FINE, figures, rates + others);
    }

    private static List<String> stronger(ViewSpec views) {
        return switch (views) {
            case ImageViews images -> crop(images, ViewPresets.SMALL_SCALE_MIN);
            case VectorViews vectors -> List.of("views.corruption=" + VectorViews.CORRUPTION);
            case SeriesViews series -> List.of("views.cropMin=" + SeriesViews.CROP_MIN);
        };
    }

    private static List<String> weaker(ViewSpec views) {
        return switch (views) {
            case ImageViews images ->
                images.pipeline(0).crop().scaleMin() < ViewPresets.SMALL_SCALE_MIN
                        ? crop(images, ViewPresets.SMALL_SCALE_MIN)
                        : List.of(); // the crop is not what hides the item

            case VectorViews vectors -> {
                boolean noisy = vectors.noise() > vectors.corruption();
                yield List.of(
                        noisy ? "views.noise=" + VectorViews.NOISE : "views.corruption=" + VectorViews.CORRUPTION);
            }

            case SeriesViews series ->
                series.cropMin() < SeriesViews.CROP_MIN
                        ? List.of("views.cropMin=" + SeriesViews.CROP_MIN)
                        : List.of("views.noise=" + SeriesViews.NOISE);
        };
    }

    /// The key of the crop setting of each pipeline.
    private static List<String> crop(ImageViews views, double scaleMin) {
        var changes = new ArrayList<String>();
        for (int p = 0; p < views.pipelines().size(); p++) {
            changes.add(
                    "views.pipelines.%d.crop.scaleMin=%s".formatted(p, String.format(Locale.ROOT, "%.2g", scaleMin)));
        }
        return changes;
    }
}
