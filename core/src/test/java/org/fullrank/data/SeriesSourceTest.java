package org.fullrank.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.fullrank.engine.InputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SeriesSourceTest {
    private static final String HEADER = """
            # a comment
            @problemName Walks
            @timeStamps false
            @classLabel true up down
            @data
            """;
    private static final String TRAIN = HEADER + "1,2,3:4,5,6:up\n\n-1,2.5,3e1:4,5,6:down\n0,0,0:1,1,1:up\n";
    private static final String TEST = HEADER + "7,8,9:1,2,3:down\n";

    @TempDir
    Path folder;

    private Path write(String name, String text) {
        return SampleFiles.write(folder.resolve(name), text.getBytes(StandardCharsets.UTF_8));
    }

    private Dataset open(Path path) {
        return Dataset.open(DataSpec.of(path.toString()).withCache(folder.resolve("cache")));
    }

    private static Labels labels(Items items) {
        return Objects.requireNonNull(items.labels());
    }

    @Test
    void aSeriesHasItsFirstChannelBeforeTheNext() {
        try (Dataset data = open(write("walks.ts", TRAIN))) {
            Vectors series = (Vectors) data.items(Split.TRAIN);
            assertThat(data.format()).isEqualTo("time series");
            assertThat(data.name()).isEqualTo("walks");
            assertThat(data.splits()).containsExactly(Split.TRAIN);
            assertThat(series.series()).isEqualTo(new SeriesShape(2, 3));
            assertThat(series.size()).isEqualTo(3);
            assertThat(series.copy(1)).containsExactly(-1, 2.5f, 30, 4, 5, 6);
            assertThat(labels(series).names()).containsExactly("down", "up");
            assertThat(labels(series).classes()).containsExactly(1, 0, 1);
            assertThat(series.subset(new int[] {2}).series()).isEqualTo(new SeriesShape(2, 3));
            assertThat(data.summary().text()).contains("3 series of 2 channels and 3 steps");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "Walks_TRAIN.ts, Walks_TEST.ts",
        "walks_train.ts.gz, walks_test.ts.gz",
        "train.ts, test.ts",
        "Walks2TRAIN.ts, Walks2TEST.ts"
    })
    void theTestFileBesideAFileOfTrainingIsItsTestSplit(String train, String test) {
        Path path = write(train, TRAIN);
        write(test, TEST);
        try (Dataset data = open(path);
                Dataset both = open(folder)) {
            assertThat(data.splits()).containsExactly(Split.TRAIN, Split.TEST);
            assertThat(data.warnings()).contains("the test split is " + test + " beside " + path);
            assertThat(labels(data.items(Split.TEST)).classes()).containsExactly(0);
            assertThat(both.fingerprint()).isEqualTo(data.fingerprint());
        }
    }

    /// A word that ends like the name of a split is no split.
    @ParameterizedTest
    @ValueSource(strings = {"contest.ts", "interval.ts", "Walks_TEST.ts"})
    void aLoneFileOfAFolderIsTheTrainingSplit(String name) {
        Path path = write(name, TRAIN);
        try (Dataset data = open(Objects.requireNonNull(path.getParent()))) {
            assertThat(data.splits()).containsExactly(Split.TRAIN);
            assertThat(data.warnings())
                    .isEqualTo(
                            name.contains("TEST")
                                    ? List.of("Walks_TEST.ts is the only file, so it is the training split")
                                    : List.of());
        }
    }

    @Test
    void seriesOfOneChannelAreNotTheVectorsOfTheSameNumbers() {
        Path series = write("a.ts", "@classLabel false\n@data\n1,2,3\n4,5,7\n");
        Path table = write("a.csv", "1,2,3\n4,5,7\n");
        try (Dataset first = open(series);
                Dataset second = open(table)) {
            assertThat(((Vectors) first.items(Split.TRAIN)).series()).isEqualTo(new SeriesShape(1, 3));
            assertThat(((Vectors) second.items(Split.TRAIN)).series()).isNull();
            assertThat(first.items(Split.TRAIN).labels()).isNull();
            assertThat(first.fingerprint()).isNotEqualTo(second.fingerprint());
        }
    }

    @Test
    void aNumberToPredictIsNoClass() {
        try (Dataset data = open(write("a.ts", "@targetLabel true\n@data\n1,2:0.25\n3,4:0.75\n"))) {
            Vectors series = (Vectors) data.items(Split.TRAIN);
            assertThat(series.series()).isEqualTo(new SeriesShape(1, 2));
            assertThat(series.labels()).isNull();
            assertThat(data.warnings())
                    .containsExactly("a.ts: @targetLabel is a number to predict, so the series have no class");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "1,2,3:1|line 1: found a line of data, expected a header that ends with @data; give a .ts file",
                "@classLabel true|line 2: found no line @data, expected one after the header; give a .ts file",
                "@timeStamps true;@data;(0,1):1|line 1: found time stamps, expected values at equal distances; resample the series",
                "@data;1,2;1,2,3|line 3: found 1 channel of 3 steps, expected 1 channel of 2 steps as in the first series; pad the series or resample them to one length",
                "@data;1,2;1,2:3,4|line 3: found 2 channels of 2 steps, expected 1 channel of 2 steps as in the first series; correct the line",
                "@data;1,2:3|line 2: found 1 step in channel 2, expected 2 as in the first channel; correct the line",
                "@data;1,?|line 2: found '?' in channel 1, step 2, expected a finite number; fill in missing values",
                "@data;1,:3,4|line 2: found '' in channel 1, step 2, expected a finite number; fill in missing values",
                "@data;1,x2|line 2: found 'x2' in channel 1, step 2, expected a finite number; correct it",
                "@data;1,1e300|line 2: found '1e300' in channel 1, step 2, expected a finite number; correct it",
                "@classLabel true;@data;a|line 3: found a label alone, expected values before it; correct the line",
            })
    void wrongFilesAreRefusedInOneLine(String lines, String message) {
        Path file = write("bad.ts", lines.replace(';', '\n') + "\n");
        assertThatExceptionOfType(InputException.class)
                .isThrownBy(() -> open(file))
                .withMessage("series file " + file + ", " + message);
    }

    @Test
    void aFileWithoutSeriesIsRefused() {
        assertThatThrownBy(() -> open(write("none.ts", "@data\n")))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("holds no items, expected at least one (time series)");
    }

    @Test
    void aFolderHasTheSplitsOfOneDataSet() {
        write("A_TRAIN.ts", TRAIN);
        write("B_TRAIN.ts", TRAIN);
        assertThatThrownBy(() -> open(folder))
                .isInstanceOf(InputException.class)
                .hasMessage("data path %s holds 2 series files of A, B, expected the splits of one data set;"
                                .formatted(folder)
                        + " give one of the files");
    }

    @Test
    void aShapeMustHaveTheValuesOfTheVectors() {
        Vectors vectors = Vectors.of(new float[12], 6);
        assertThat(vectors.withSeries(new SeriesShape(2, 3)).series()).isEqualTo(new SeriesShape(2, 3));
        assertThatThrownBy(() -> vectors.withSeries(new SeriesShape(2, 2)))
                .isInstanceOf(InputException.class)
                .hasMessage("series of 2 channels and 2 steps have 4 values, expected the 6 features of the vectors;"
                        + " correct the shape");
        assertThatThrownBy(() -> new SeriesShape(0, 3)).isInstanceOf(InputException.class);
    }
}
