package org.fullrank.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What `fullrank objective` refuses: one line, exit code 2, nothing written.
class ObjectiveInputTest {
    @TempDir
    Path folder;

    @BeforeEach
    void writeFiles() throws IOException {
        NumpyFiles.write(folder.resolve("a.npy"), NumpyFiles.A);
        NumpyFiles.write(folder.resolve("b.npy"), NumpyFiles.B);
        NumpyFiles.write(folder.resolve("half.npy"), "<f2", false, NumpyFiles.A);
        NumpyFiles.write(folder.resolve("single.npy"), "<f4", false, NumpyFiles.A);
        NumpyFiles.write(folder.resolve("whole.npy"), "<i4", false, NumpyFiles.A);
        NumpyFiles.write(folder.resolve("row.npy"), new double[][] {{1, 2, 3}});
        NumpyFiles.write(folder.resolve("wide.npy"), new double[4][5]);
        NumpyFiles.write(folder.resolve("constant.npy"), new double[][] {{1, 2, 7}, {2, 1, 7}, {3, 5, 7}, {4, 0, 7}});
        NumpyFiles.write(folder.resolve("nan.npy"), spoilt(Double.NaN, 1));
        NumpyFiles.write(folder.resolve("infinite.npy"), spoilt(Double.NEGATIVE_INFINITY, 3));
        byte[] good = Files.readAllBytes(folder.resolve("a.npy"));
        Files.write(folder.resolve("cut.npy"), Arrays.copyOf(good, good.length - 1));
        Files.write(folder.resolve("short.npy"), Arrays.copyOf(good, 20));
        Files.write(folder.resolve("empty.npy"), new byte[0]);
        Files.writeString(folder.resolve("text.npy"), "1, 2, 3\n4, 5, 6\n");
        Files.write(folder.resolve("line.npy"), NumpyFiles.bytes("<f8", false, new byte[32], 4));
        Files.write(folder.resolve("cube.npy"), NumpyFiles.bytes("<f8", false, new byte[64], 2, 2, 2));
        Files.write(folder.resolve("none.npy"), NumpyFiles.bytes("<f8", false, new byte[0], 4, 0));
        Files.write(folder.resolve("lying.npy"), NumpyFiles.bytes("<f8", false, new byte[64], 2000000000, 2000000000));
        Files.writeString(folder.resolve("taken"), "precious");
    }

    /// `A` with `value` at the last `count` entries of column 1.
    private static double[][] spoilt(double value, int count) {
        double[][] rows = NumpyFiles.scaled(NumpyFiles.A, 1);
        for (int i = 0; i < count; i++) {
            rows[3 - i][1] = value;
        }
        return rows;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "vicreg|objective vicreg: found 0 files, expected two or more",
                "vicreg a.npy|objective vicreg: found 1 file, expected two or more, one for each view of the samples",
                "covariance a.npy b.npy|objective covariance: found 2 files, expected exactly one for a regularizer",
                "InfoNCE a.npy b.npy|objective: found no InfoNCE, expected its name here, nt-xent; use that",
                "BYOL a.npy b.npy|objective: found BYOL, whose loss needs a predictor and a target network, expected a loss of embeddings alone; evaluate its regression on predictions and targets, such as cosine",
                "simsiam a.npy|objective: found simsiam, whose loss needs a predictor",
                "vicerg a.npy b.npy|objective: found no vicerg; did you mean vicreg? Expected one of vicreg, ",
                "vicreg row.npy row.npy|objective vicreg: found 1 row in F/row.npy, expected at least 2",
                "vicreg a.npy wide.npy|objective vicreg: found shape [4, 3] in F/a.npy and [4, 5] in F/wide.npy, expected",
                "vicreg a.npy single.npy|objective vicreg: found float64 in F/a.npy and float32 in F/single.npy, expected",
                "vicreg a.npy whole.npy|NumPy file F/whole.npy: found elements of type int32, expected float32 or",
                "vicreg half.npy half.npy|NumPy file F/half.npy: found elements of type float16, expected float32 or",
                "vicreg line.npy a.npy|NumPy file F/line.npy: found shape [4], expected a matrix [N, D]",
                "vicreg a.npy cube.npy|NumPy file F/cube.npy: found shape [2, 2, 2], expected a matrix [N, D]",
                "vicreg none.npy none.npy|NumPy file F/none.npy: found shape [4, 0], expected a matrix [N, D]",
                "vicreg a.npy nan.npy|NumPy file F/nan.npy: found NaN at row 3, column 1 (from 0) and 1 such value in all",
                "vicreg infinite.npy a.npy|NumPy file F/infinite.npy: found -Infinity at row 1, column 1 (from 0) and 3 such",
                "vicreg a.npy cut.npy|NumPy file F/cut.npy: found 95 bytes of data, expected 96 for shape [4, 3]",
                "vicreg a.npy short.npy|NumPy file F/short.npy",
                "vicreg a.npy empty.npy|NumPy file F/empty.npy does not begin with the magic",
                "vicreg a.npy text.npy|NumPy file F/text.npy does not begin with the magic",
                "vicreg a.npy lying.npy|NumPy file F/lying.npy claims shape [2000000000, 2000000000]",
                "vicreg a.npy missing.npy|NumPy file F/missing.npy: found nothing there, expected a file",
                "vicreg a.npy F|NumPy file F: found a folder, expected a file",
                "vicreg a.npy b.npy --set gama=1|--set: unknown key gama; did you mean gamma?",
                "vicreg a.npy b.npy --set gamma=-1|objective vicreg: gamma: found -1.0, expected a positive",
                "vicreg a.npy b.npy --set gamma=x|objective vicreg: gamma: found \"x\", expected a number",
                "vicreg a.npy b.npy --set gamma|--set: found \"gamma\", expected KEY=VALUE",
                "nt-xent a.npy b.npy --set temperature=0|objective nt-xent: temperature: found 0.0, expected",
                "w-mse wide.npy wide.npy|w-mse: the covariance of a sub-batch of 4 rows (N 4 used, D 5, sub-batch 4) has rank",
                "w-mse constant.npy a.npy|w-mse: the covariance of a sub-batch of 4 rows (N 4 used, D 3, sub-batch 4) is singular",
                "w-mse a.npy b.npy --set subBatch=5|subBatch: found 5 rows, expected at most the 4 of the batch",
                "cosine a.npy|objective cosine: found 1 file, expected exactly two, prediction and target",
                "cosine a.npy b.npy a.npy|objective cosine: found 3 files, expected exactly two",
                "iso-cosine a.npy b.npy --set alpha=-1|objective iso-cosine: alpha: found -1.0, expected a positive",
                "iso-cosine a.npy b.npy --set rho=0.5|--set: unknown key rho (known: alpha, epsilon, form, normalize)",
                "vicreg a.npy b.npy --gradients F/taken|--gradients F/taken: found a file, expected a folder",
            })
    void wrongInputIsOneLineAndCodeTwo(String line, String start) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("objective"));
        for (String word : line.split(" ")) {
            arguments.add(
                    word.endsWith(".npy") ? folder.resolve(word).toString() : word.replace("F", folder.toString()));
        }
        if (!arguments.contains("--gradients")) {
            arguments.addAll(List.of("--gradients", folder.resolve("out").toString()));
        }
        CommandLineRun run = CommandLineRun.of(arguments.toArray(String[]::new));
        assertThat(run.err().lines()).as(run.err()).hasSize(1);
        assertThat(run.err()).startsWith("fullrank: " + start.replace("F", folder.toString()));
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(folder.resolve("out")).doesNotExist();
        assertThat(Files.readString(folder.resolve("taken"))).isEqualTo("precious");
    }
}
