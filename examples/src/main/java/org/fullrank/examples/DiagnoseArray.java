package org.fullrank.examples;

import java.util.Random;
import org.fullrank.diagnose.Diagnosis;
import org.fullrank.diagnose.DiagnosisText;
import org.fullrank.diagnose.Doctor;
import org.fullrank.rows.Batches;
import org.fullrank.rows.RowStreams;

/// Diagnoses embeddings in an array. The embeddings can come from any program.
///
/// The example makes 2,000 embeddings of width 64. All of these embeddings are in 3 of the 64 dimensions,
/// plus a little noise. This is a dimensional collapse. Single values do not show it.
public final class DiagnoseArray {
    private static final int ROWS = 2_000;
    private static final int WIDTH = 64;
    private static final int USED = 3;
    private static final double NOISE = 0.01;

    private DiagnoseArray() {}

    public static void main(String[] arguments) {
        Diagnosis diagnosis = diagnose("embeddings", collapsed(), WIDTH);

        // The most severe verdict, for a program: fail a build, send an alarm.
        System.out.printf("verdict: %s%n", diagnosis.verdict().kind().title());

        // Every verdict with its evidence and the next step, then every measure: for a person.
        System.out.print(DiagnosisText.of(diagnosis));
    }

    /// Examines rows that are stored one after another in `values`, `[N, D]` with D = `width`.
    ///
    /// For a file, use `RowStreams.open(path)`. It reads the file as a stream, so the file may be larger than
    /// the memory. The other two arguments of `Batches.of` are a second view of the same samples, and labels.
    /// With them, more verdicts are possible.
    static Diagnosis diagnose(String subject, float[] values, int width) {
        try (Batches batches = Batches.of(RowStreams.of(subject, values, width))) {
            return Doctor.examine(subject, batches);
        }
    }

    /// Rows `z = s A + noise` with 3 random sources `s`, `[ROWS, WIDTH]`.
    private static float[] collapsed() {
        var random = new Random(1);
        double[][] mixing = new double[USED][WIDTH]; // A
        for (double[] row : mixing) {
            for (int j = 0; j < WIDTH; j++) {
                row[j] = random.nextGaussian();
            }
        }
        float[] values = new float[ROWS * WIDTH];
        for (int i = 0; i < ROWS; i++) {
            double[] sources = {random.nextGaussian(), random.nextGaussian(), random.nextGaussian()};
            for (int j = 0; j < WIDTH; j++) {
                double z = NOISE * random.nextGaussian();
                for (int k = 0; k < USED; k++) {
                    z += sources[k] * mixing[k][j];
                }
                values[i * WIDTH + j] = (float) z;
            }
        }
        return values;
    }
}
