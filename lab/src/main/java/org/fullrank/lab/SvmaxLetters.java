package org.fullrank.lab;

import static org.fullrank.lab.Expected.atLeast;
import static org.fullrank.lab.Expected.near;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.fullrank.lab.RankingTerm.Added;
import org.jspecify.annotations.Nullable;

/// The comparison of [SvmaxMetric] on a real set: letters that the training has not seen.
///
/// @param term what a training minimizes; under test
record SvmaxLetters(RankingTerm term) implements Experiment {
    static final String NAME = "svmax-letters";

    private static final int REPETITIONS = 3;

    SvmaxLetters() {
        this(RankingTerm::published);
    }

    @Override
    public boolean needsData() {
        return true;
    }

    @Override
    public Description description() {
        return new Description(
                NAME,
                "on real letters, SVMax lifts contrastive and N-pair losses, and more learning rates are good",
                "Taha, Hanson, Shrivastava, Davis, SVMax: A feature embedding regularizer, arXiv 2103.02770",
                "the comparison of losses and learning rates (figure 9) on another real set. The paper has photographs"
                        + " and a GoogLeNet; data, network and margins come from this project",
                """
                Does SVMax help ranking losses on real data? The experiment repeats [svmax-metric](svmax-metric.md) with
                printed letters: it learns from 18 of them and searches for items of the other 8. You see smaller gains
                than on drawn data, and a much wider range of good learning rates for the contrastive loss.

                **Set-up.** The letters of the UCI repository have 16 measures of the print. 18 random letters are
                learned, in batches of 32, and 40 random items of each of the other 8 letters are searched. Everything
                else is as in `svmax-metric`, with 400 steps and means over 3 repetitions with other letters and weights
                (100 steps and 1 repetition in a quick run). `--data` is a folder with the folder `tabular`. Without the
                letters, nothing can be decided.

                **Measures.** Recall@1 is the share of items whose nearest other item is the same letter. The *range* of
                a curve is the distance, in decades, of the lowest and the highest rate at which recall@1 is within 3
                points of the best recall of this curve. The second range counts the rates within 3 points of the best
                recall of all curves of the loss. NaN means that there is no such rate.

                **What to look at.** For the contrastive loss, the two ranges: with SVMax, nearly all rates are good. For
                the N-pair loss, the best recall. With triplet and angular losses, SVMax changes the best recall by a
                few points at most. Spread-out, the rival of the paper, often helps as much.
                """);
    }

    private static @Nullable String folder(Setting setting) {
        String folder = setting.data("tabular");
        return folder != null && Files.exists(Path.of(folder, LabeledVectors.LETTERS)) ? folder : null;
    }

    @Override
    public Outcome run(Setting setting) {
        String folder = folder(setting);
        MetricSweep sweep = null;
        if (folder != null) {
            LabeledVectors letters = LabeledVectors.letters(folder);
            sweep = MetricSweep.of(
                    SvmaxMetric.LOSSES,
                    SvmaxMetric.rates(setting),
                    setting.size(100, 400),
                    setting.size(1, REPETITIONS),
                    term,
                    setting,
                    draw -> MetricTask.letters(letters, setting, draw));
        }
        return new Outcome(
                        claims(sweep),
                        SvmaxMetric.table(sweep, new SvmaxMetric()::share),
                        sweep == null
                                ? null
                                : new Figure(
                                        "Recall@1 on unseen letters by the learning rate, for each loss.",
                                        2,
                                        SvmaxMetric.recallPanels(sweep)))
                .decidedAtFullSize(setting);
    }

    private static Claim claim(
            @Nullable MetricSweep sweep,
            String text,
            ToDoubleFunction<MetricSweep> value,
            Expected expected,
            String why) {
        return sweep == null
                ? Claim.undecidable(text, expected, why + "; needs the letters, see --data")
                : Claim.of(text, value.applyAsDouble(sweep), expected, why);
    }

    private static double gain(MetricSweep sweep, int loss) {
        return sweep.best(loss, Added.SVMAX) - sweep.best(loss, Added.NONE);
    }

    private static List<Claim> claims(@Nullable MetricSweep sweep) {
        return List.of(
                claim(
                        sweep,
                        "contrastive loss: best recall@1 with SVMax minus that without",
                        s -> gain(s, 0),
                        atLeast(0),
                        "0.03 with seed 11, on which all margins were chosen"),
                claim(
                        sweep,
                        "triplet loss: SVMax changes the best recall@1 by",
                        s -> gain(s, 1),
                        near(0, 0.05),
                        "0.02 with seed 11"),
                claim(
                        sweep,
                        "N-pair loss: best recall@1 with SVMax minus that without",
                        s -> gain(s, 2),
                        atLeast(0.02),
                        "0.08 with seed 11"),
                claim(
                        sweep,
                        "angular loss: SVMax changes the best recall@1 by",
                        s -> gain(s, 3),
                        near(0, 0.05),
                        "0.004 with seed 11"),
                claim(
                        sweep,
                        "contrastive loss: range of rates in decades, with SVMax minus without",
                        s -> s.range(0, Added.SVMAX) - s.range(0, Added.NONE),
                        atLeast(0.5),
                        "2 with seed 11: one step of the rates, or more"),
                claim(
                        sweep,
                        "contrastive loss at the highest rate, 10: recall@1 with SVMax minus that without",
                        s -> s.recall(0, Added.SVMAX, s.rates().length - 1)
                                - s.recall(0, Added.NONE, s.rates().length - 1),
                        atLeast(0.05),
                        "0.19 with seed 11"));
    }
}
