package org.fullrank.preflight;

import java.util.LinkedHashMap;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.diagnose.Measure;
import org.fullrank.linalg.Reductions;
import org.fullrank.linalg.Spectrum;
import org.fullrank.method.MethodSpec;
import org.fullrank.objective.Need;
import org.fullrank.preflight.PreflightCheck.Finding;
import org.fullrank.run.Recipe;
import org.jspecify.annotations.Nullable;

/// Checks whether a batch of N rows is large enough for a loss on D dimensions, according to the [Need] of
/// the method.
final class BatchAgainstWidth {
    static final String NAME = "batch-and-width";

    private BatchAgainstWidth() {}

    /// @param embedding of one batch, `[N, D]`; null if it could not be computed
    static PreflightCheck of(Recipe recipe, @Nullable Tensor embedding) {
        int width = recipe.method().width(recipe.encoder().features());
        Need need = recipe.method().need(recipe.train().batch(), width);
        var figures = new LinkedHashMap<String, Double>();
        figures.put("rows", (double) need.rows());
        figures.put("width", (double) width);
        figures.put("largest-rank", (double) Math.min(need.rows() - 1, width));
        if (embedding != null && embedding.size(0) > 1) {
            Tensor centered = embedding.sub(Reductions.means(embedding));
            figures.put(Measure.RANKME_CENTERED.key(), Spectrum.of(centered).rankMe());
        }
        Finding finding = switch (need.verdict()) {
            case MET -> Finding.FINE;
            case CONSIDER -> Finding.CONSIDER;
            case UNMET -> Finding.WRONG;
        };
        return new PreflightCheck(NAME, finding, figures, need.text(), changes(need, recipe.method(), width));
    }

    /// Suggests a narrower last layer if there is one, and otherwise more rows.
    private static List<String> changes(Need need, MethodSpec method, int width) {
        if (need.enoughRows() == 0) {
            return List.of();
        }
        if (method instanceof MethodSpec.Joint joint
                && !joint.projector().widths().isEmpty()
                && need.enoughWidth() < width) {
            int last = joint.projector().widths().size() - 1;
            return List.of("method.projector.widths.%d=%d".formatted(last, need.enoughWidth()));
        }
        String rows = need.rowsSetting().isEmpty() ? "train.batch" : "method.objective." + need.rowsSetting();
        return List.of(rows + "=" + need.enoughRows());
    }
}
