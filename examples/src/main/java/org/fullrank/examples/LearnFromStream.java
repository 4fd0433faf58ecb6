package org.fullrank.examples;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import org.fullrank.online.Alarm;
import org.fullrank.online.LatentPredictive;
import org.fullrank.online.OnlineRule;
import org.fullrank.online.Standardized;

/// Learns features from a stream, one sample at a time. The example needs no batch, no backpropagation and no
/// native library.
///
/// ```
/// LearnFromStream [STATE_FILE]
/// ```
///
/// The stream has 6 channels in different units. All channels contain the same slow rhythm and noise of the
/// same strength. Consecutive samples share the rhythm but not the noise. So a rule that predicts its own
/// next feature finds the rhythm. The best linear feature has a correlation of 0.93 with the rhythm. The
/// learned feature reaches this correlation.
public final class LearnFromStream {
    private static final int CHANNELS = 6;
    private static final int SAMPLES = 50_000;
    private static final double RHYTHM = 2 * Math.PI / 500;

    private LearnFromStream() {}

    public static void main(String[] arguments) throws IOException {
        Path state = Path.of(arguments.length > 0 ? arguments[0] : "example.state");

        // The input is scaled by running moments, because nobody knows its units before the stream begins.
        OnlineRule rule = Standardized.of(
                LatentPredictive.builder(CHANNELS, 1).learningRate(0.01).build());
        var random = new Random(1);
        for (int t = 0; t < SAMPLES; t++) {
            float[] z = rule.update(sample(random, t)); // [1]; overwritten by the next call, so copy what you keep
            if (t % 10_000 == 0) {
                System.out.printf("sample %6d: feature %5.2f%n", t, z[0]);
            }
            if (rule.alarm() != Alarm.NONE) { // cheap: ask after every sample
                System.out.printf("sample %6d: %s%n", t, rule.alarm());
            }
        }
        rule.sequenceEnds(); // the next sample has nothing to do with the last one
        System.out.printf("correlation of the feature with the rhythm: %.2f%n", correlation(rule, random));

        // The file holds either the old state or the new one, even if the program is killed while it writes.
        rule.save(state);
        OnlineRule again = OnlineRule.load(state);
        System.out.printf("%s: %d samples learned%n", state, again.samples());
    }

    /// Sample t of the stream, `[CHANNELS]`. Channel j has the scale and offset `10^(j-2)`.
    private static float[] sample(Random random, int t) {
        float[] x = new float[CHANNELS];
        for (int j = 0; j < CHANNELS; j++) {
            double value = Math.sin(RHYTHM * t) + Math.sqrt(0.5) * random.nextGaussian();
            x[j] = (float) (Math.pow(10, j - 2) * (1 + value));
        }
        return x;
    }

    /// The absolute correlation over new samples. `transform` computes features and does not learn.
    private static double correlation(OnlineRule rule, Random random) {
        double product = 0;
        double feature = 0;
        double rhythm = 0;
        double mean = 0;
        int count = 5_000; // ten periods
        for (int t = 0; t < count; t++) {
            double z = rule.transform(sample(random, t))[0];
            double s = Math.sin(RHYTHM * t);
            mean += z / count;
            product += z * s;
            feature += z * z;
            rhythm += s * s;
        }
        return Math.abs(product) / Math.sqrt((feature - count * mean * mean) * rhythm);
    }
}
