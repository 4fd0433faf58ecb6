package org.fullrank.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SvmaxLettersTest {
    private static final int EACH = 50;

    @TempDir
    Path folder;

    /// Letters whose measures are near those of a center.
    private Setting letters() throws IOException {
        var random = Keyed.of(3);
        var table = new StringBuilder();
        for (int letter = 0; letter < 26; letter++) {
            int[] center = new int[16];
            for (int j = 0; j < center.length; j++) {
                center[j] = random.nextInt(16);
            }
            for (int i = 0; i < EACH; i++) {
                table.append((char) ('A' + letter));
                for (int value : center) {
                    table.append(',').append(Math.clamp(value + random.nextInt(9) - 4, 0, 15));
                }
                table.append('\n');
            }
        }
        Path tabular = Files.createDirectories(folder.resolve("tabular"));
        Files.writeString(tabular.resolve(LabeledVectors.LETTERS), table);
        return new Setting(Setting.SEED, true, folder.toString());
    }

    @Test
    void withoutTheLettersNothingIsDecided() {
        Outcome outcome = new SvmaxLetters().run(new Setting(Setting.SEED, true, null));
        assertThat(outcome.claims()).isNotEmpty().allMatch(claim -> claim.verdict() == ClaimVerdict.UNDECIDABLE);
    }

    @Test
    void learnedAndSearchedLettersDiffer() throws IOException {
        Setting setting = letters();
        LabeledVectors all = LabeledVectors.letters(folder.resolve("tabular").toString());
        MetricTask task = MetricTask.letters(all, setting, 0);
        assertThat(task.seen().count()).isEqualTo(18);
        assertThat(task.unseen().count()).isEqualTo(8);
        try (var scope = Scope.open()) {
            // the mean of many items is near the center of a letter, and no center occurs on both sides
            for (int a = 0; a < 8; a++) {
                double[] unseen = mean(task.unseen(), a);
                for (int b = 0; b < 18; b++) {
                    double[] seen = mean(task.seen(), b);
                    double distance = 0;
                    for (int j = 0; j < seen.length; j++) {
                        distance = Math.max(distance, Math.abs(seen[j] - unseen[j]));
                    }
                    assertThat(distance).isGreaterThan(0.1);
                }
            }
        }
    }

    private static double[] mean(MetricTask.Classes classes, int c) {
        int[] same = new int[200];
        java.util.Arrays.fill(same, c);
        Tensor items = classes.items(Keyed.of(c), same);
        return Tensors.doubles(items.mean(0));
    }

    /// SVMax is what the sweep adds: without it, its curves are those of the loss alone.
    @Test
    void withoutSvmaxThereIsNoGain() throws IOException {
        Setting setting = letters();
        Outcome outcome = new SvmaxLetters(
                        (loss, added, z, classes) -> RankingTerm.published(loss, RankingTerm.Added.NONE, z, classes))
                .run(setting);
        outcome.claims().stream()
                .filter(claim ->
                        claim.text().contains("recall@1") || claim.text().contains("range"))
                .forEach(claim -> assertThat(claim.measured()).isZero());
        assertThat(new SvmaxLetters().run(setting).claims())
                .anyMatch(claim -> claim.measured() != null && claim.measured() > 0);
    }
}
