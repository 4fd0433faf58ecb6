package org.fullrank.trained;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.fullrank.data.Dataset;
import org.fullrank.data.SeriesShape;
import org.fullrank.data.Split;
import org.fullrank.data.Vectors;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;
import org.fullrank.probe.Features;
import org.fullrank.probe.ProbeTable;
import org.fullrank.probe.Probes;
import org.fullrank.run.Recipe;
import org.fullrank.run.Recipes;
import org.fullrank.run.RunFolder;
import org.fullrank.train.Checkpoints;
import org.fullrank.train.SmallTraining;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Every kind of encoder of time series trains with every kind of method, and is read back.
class SeriesTrainingTest {
    private static final int SERIES = 40;
    private static final int LENGTH = 30;

    @TempDir
    Path folder;

    /// Two channels of waves of two frequencies.
    private Path series() throws IOException {
        List<String> lines = new ArrayList<>(List.of("@classLabel true slow fast", "@data"));
        Keyed random = Keyed.of(3);
        for (int i = 0; i < SERIES; i++) {
            StringBuilder line = new StringBuilder();
            for (int c = 0; c < 2; c++) {
                double phase = random.nextDouble(2 * Math.PI);
                for (int t = 0; t < LENGTH; t++) {
                    double value = 5 + Math.sin(phase + (i % 2 == 0 ? 0.3 : 1) * t);
                    line.append(String.format(Locale.ROOT, t == 0 ? "%.4f" : ",%.4f", value));
                }
                line.append(':');
            }
            lines.add(line.append(i % 2 == 0 ? "slow" : "fast").toString());
        }
        return Files.write(folder.resolve("waves.ts"), lines);
    }

    private Recipe recipe(String... settings) throws IOException {
        List<String> all = new ArrayList<>(List.of(
                "data.path=" + series(),
                "data.cache=" + folder.resolve("cache"),
                "train={epochs: 2, batch: 8, precision: fp32, threads: 1}"));
        all.addAll(List.of(settings));
        return Recipes.load("series-vicreg", all);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "encoder={type: resnet1d, channels: [4, 6]}",
                "encoder={type: recurrent, cell: orthogonal, widths: [8]}",
                "encoder={type: recurrent, cell: gru, widths: [8, 6], pool: last}",
                "encoder={type: recurrent, cell: lstm, widths: [8]}",
                "encoder={type: mlp, widths: [8]}",
            })
    void anEncoderIsTrainedReadBackAndEvaluated(String encoder) throws IOException {
        for (String method : List.of("method=vicreg", "method=byol", "method=nt-xent")) {
            Path run = folder.resolve(method.replace('=', '-') + encoder.hashCode());
            Recipe recipe = recipe(encoder, method, "method.projector.widths=[8, 8]");
            SmallTraining.train(recipe, run, new SmallTraining.Watching());
            try (var out = RunFolder.open(run);
                    var data = Dataset.open(recipe.data());
                    var trained = Trained.open(out, data, Checkpoints.latest(out.checkpoints(), note -> {}));
                    var single = TrainedEncoder.open(run)) {
                Features whole = trained.embed(Split.TRAIN);
                Vectors one = (Vectors) data.items(Split.TRAIN).subset(new int[] {3});
                float[] alone = single.embed(one).values();
                for (int i = 0; i < alone.length; i++) {
                    assertThat(alone[i]).isCloseTo(whole.values()[3 * whole.width() + i], within(1e-5f));
                }
                assertThat(Probes.defaults().run(trained).results())
                        .extracting(ProbeTable.Result::features)
                        .contains("encoder", "raw input", "random convolutions", "untrained encoder");
            }
        }
    }

    @Test
    void otherInputsThanInTrainingAreRefused() throws IOException {
        Recipe recipe = recipe("encoder={type: resnet1d, channels: [4, 6]}");
        Path run = folder.resolve("run");
        SmallTraining.train(recipe, run, new SmallTraining.Watching());
        try (var encoder = TrainedEncoder.open(run)) {
            assertThatThrownBy(() -> encoder.embed(new float[2 * LENGTH]))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("the data are vectors but the view settings are for series");
            Vectors narrow = Vectors.of(new float[LENGTH], LENGTH).withSeries(new SeriesShape(1, LENGTH));
            assertThatThrownBy(() -> encoder.embed(narrow))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("series have 1 channels, expected the 2 of the training series");
        }
    }

    /// The moments come from the training, not from the series that are embedded.
    @Test
    void aSeriesAloneIsStandardizedAsInTraining() throws IOException {
        Recipe recipe = recipe("encoder={type: resnet1d, channels: [4, 6]}");
        Path run = folder.resolve("run");
        SmallTraining.train(recipe, run, new SmallTraining.Watching());
        try (var encoder = TrainedEncoder.open(run)) {
            float[] level = new float[2 * LENGTH];
            Arrays.fill(level, 5);
            float[] higher = new float[2 * LENGTH];
            Arrays.fill(higher, 6);
            var shape = new SeriesShape(2, LENGTH);
            assertThat(encoder.embed(Vectors.of(level, 2 * LENGTH).withSeries(shape))
                            .values())
                    .isNotEqualTo(encoder.embed(Vectors.of(higher, 2 * LENGTH).withSeries(shape))
                            .values());
        }
    }
}
