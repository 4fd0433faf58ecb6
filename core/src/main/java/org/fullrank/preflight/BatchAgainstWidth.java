package org.fullrank.preflight;

import java.util.LinkedHashMap;
import java.util.List;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.diagnose.Measure;
import org.fullrank.linalg.Spectrum;
import org.fullrank.method.MethodSpec;
import org.fullrank.method.PredictorSpec;
import org.fullrank.objective.BarlowTwins;
import org.fullrank.objective.LeJepa;
import org.fullrank.objective.LogDet;
import org.fullrank.objective.Lpl;
import org.fullrank.objective.Mmcr;
import org.fullrank.objective.NtXent;
import org.fullrank.objective.ObjectiveSpec;
import org.fullrank.objective.Svmax;
import org.fullrank.objective.Tico;
import org.fullrank.objective.Vicreg;
import org.fullrank.objective.VicregPaper;
import org.fullrank.objective.VicregSolo;
import org.fullrank.objective.WMse;
import org.fullrank.preflight.PreflightCheck.Finding;
import org.fullrank.run.Recipe;
import org.jspecify.annotations.Nullable;

/// Whether a batch of N rows can say what the objective wants to know of D dimensions: the covariance of N rows has
/// rank N - 1 at most, so with N <= D it is singular. What an objective does about that differs.
final class BatchAgainstWidth {
    static final String NAME = "batch-and-width";

    /// Rows for each dimension that a whitening should have: with N = 2 D the smallest eigenvalue of the covariance
    /// of unit noise lies near (1 - sqrt(1/2))^2 = 0.09, with N = D near 0 (Marchenko-Pastur). The official W-MSE
    /// code takes 2 D.
    static final int ROWS_PER_DIMENSION = 2;

    private BatchAgainstWidth() {}

    /// @param finding what N against D means for the objective
    /// @param text one line
    /// @param changes that would mend it
    record Judgment(Finding finding, String text, List<String> changes) {
        static Judgment fine(String text) {
            return new Judgment(Finding.FINE, text, List.of());
        }
    }

    /// @param embedding of one batch, `[N, D]`; null when none could be had
    static PreflightCheck of(Recipe recipe, @Nullable Tensor embedding) {
        int width = width(recipe);
        int rows = rows(recipe);
        var figures = new LinkedHashMap<String, Double>();
        figures.put("rows", (double) rows);
        figures.put("width", (double) width);
        figures.put("largest-rank", (double) Math.min(rows - 1, width));
        if (embedding != null && embedding.size(0) > 1) {
            Tensor centered = embedding.sub(embedding.mean(new long[] {0}, true, new ScalarTypeOptional()));
            figures.put(Measure.RANKME_CENTERED.key(), Spectrum.of(centered).rankMe());
        }
        Judgment judgment = judge(recipe, rows, width);
        return new PreflightCheck(NAME, judgment.finding(), figures, judgment.text(), judgment.changes());
    }

    /// Columns of the embedding; the last block's where each has its own.
    private static int width(Recipe recipe) {
        int features = recipe.encoder().features();
        return switch (recipe.method()) {
            case MethodSpec.Joint joint -> joint.projector().outputs(features);
            case MethodSpec.Local local ->
                local.projector().isEmpty() ? features : local.projector().getLast();
            case MethodSpec.Distillation distillation ->
                distillation.projector().outputs(features);
        };
    }

    /// Rows whose covariance is taken.
    private static int rows(Recipe recipe) {
        boolean parted = recipe.method() instanceof MethodSpec.Joint joint
                && joint.objective() instanceof WMse whitening
                && whitening.subBatch() > 0;
        return parted
                ? ((WMse) ((MethodSpec.Joint) recipe.method()).objective()).subBatch()
                : recipe.train().batch();
    }

    static Judgment judge(Recipe recipe, int n, int d) {
        return switch (recipe.method()) {
            case MethodSpec.Joint joint -> judge(joint.objective(), n, d, joint);
            case MethodSpec.Local local -> judge(local.objective(), n, d, null);
            case MethodSpec.Distillation distillation -> judge(distillation.predictor(), n, d);
        };
    }

    private static Judgment judge(ObjectiveSpec objective, int n, int d, MethodSpec.@Nullable Joint joint) {
        return switch (objective) {
            case WMse whitening -> whitening(whitening, n, d, joint);
            case LogDet _ -> {
                String floor = "log det has a floor (I is added), so a singular covariance is no fault";
                yield n > d
                        ? Judgment.fine("N %d > D %d: every direction is seen in each batch; %s".formatted(n, d, floor))
                        : new Judgment(
                                Finding.CONSIDER,
                                "N %d <= D %d: %s, but each batch spreads %d directions only and sees nothing of the"
                                                .formatted(n, d, floor, n - 1)
                                        + " others",
                                narrower(joint, Math.max(2, n / 2), n, d));
            }
            case Svmax _, Mmcr _ ->
                n > d
                        ? Judgment.fine("N %d > D %d: every singular value can be raised".formatted(n, d))
                        : new Judgment(
                                Finding.CONSIDER,
                                "N %d <= D %d: a batch has %d singular values, so its bound is that of N and %d"
                                                .formatted(n, d, n, d - n)
                                        + " directions go unseen in it",
                                narrower(joint, Math.max(2, n / 2), n, d));
            case Vicreg _, VicregPaper _, VicregSolo _, Lpl _ ->
                Judgment.fine(("N %d, D %d: variances and covariances are sums that need no inverse; between unrelated"
                                + " dimensions a batch shows a correlation of about %s by chance")
                        .formatted(n, d, PreflightReport.number(1 / Math.sqrt(n - 1.0))));
            case BarlowTwins _ ->
                Judgment.fine(("N %d, D %d: correlations need no inverse; by chance they are about %s, which is a floor"
                                + " of the off-diagonal term")
                        .formatted(n, d, PreflightReport.number(1 / Math.sqrt(n))));
            case Tico tico ->
                Judgment.fine("N %d, D %d: the covariance runs over about %s rows and is not inverted"
                        .formatted(n, d, PreflightReport.number(n / (1 - tico.beta()))));
            case NtXent _ ->
                Judgment.fine("N %d: %d negatives for each anchor; no covariance is taken".formatted(n, 2 * (n - 1)));
            case LeJepa _ ->
                Judgment.fine("N %d, D %d: single directions are compared with a normal distribution; no covariance"
                                .formatted(n, d)
                        + " is taken");
        };
    }

    private static Judgment whitening(WMse w, int n, int d, MethodSpec.@Nullable Joint joint) {
        if (n >= ROWS_PER_DIMENSION * d) {
            return Judgment.fine("N %d >= 2 D, D %d: the covariance of a sub-batch can be inverted".formatted(n, d));
        }
        int narrow = Math.max(1, n / ROWS_PER_DIMENSION);
        boolean singular = n <= d && w.epsilon() == 0;
        return new Judgment(
                singular ? Finding.WRONG : Finding.CONSIDER,
                singular
                        ? "N %d <= D %d: the covariance of a sub-batch has rank %d at most and cannot be inverted"
                                .formatted(n, d, n - 1)
                        : "N %d < 2 D, D %d: the covariance of a sub-batch is nearly singular, so whitening blows up"
                                        .formatted(n, d)
                                + " noise",
                narrower(joint, narrow, n, d));
    }

    /// A narrower last layer, where there is one.
    private static List<String> narrower(MethodSpec.@Nullable Joint joint, int narrow, int n, int d) {
        if (joint == null || joint.projector().widths().isEmpty() || narrow >= d) {
            return List.of("train.batch=" + ROWS_PER_DIMENSION * d);
        }
        return List.of("method.projector.widths.%d=%d"
                .formatted(joint.projector().widths().size() - 1, narrow));
    }

    private static Judgment judge(PredictorSpec predictor, int n, int d) {
        return switch (predictor) {
            case PredictorSpec.DirectSet set ->
                Judgment.fine("N %d, D %d: the correlation runs over about %s rows and is not inverted"
                        .formatted(n, d, PreflightReport.number(n / (1 - set.rho()))));
            case PredictorSpec.Optimal optimal -> {
                double rows = n / (1 - optimal.rho());
                String text = "N %d, D %d: the correlation runs over about %s rows, directions it does not see are left"
                                .formatted(n, d, PreflightReport.number(rows))
                        + " out of the predictor";
                yield new Judgment(rows > d ? Finding.FINE : Finding.CONSIDER, text, List.of());
            }
            case PredictorSpec.Identity _, PredictorSpec.Mlp _, PredictorSpec.Linear _ ->
                Judgment.fine("N %d, D %d: the loss compares single rows and takes no covariance".formatted(n, d));
        };
    }
}
