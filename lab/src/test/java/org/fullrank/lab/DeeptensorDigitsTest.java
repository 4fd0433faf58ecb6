package org.fullrank.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Random;
import org.ejml.simple.SimpleMatrix;
import org.fullrank.decompose.DecompositionSettings;
import org.fullrank.decompose.PrincipalComponents;
import org.fullrank.net.SignalShape;
import org.junit.jupiter.api.Test;

class DeeptensorDigitsTest {
    private static PrincipalComponents tooShort(
            float[] samples, int count, SignalShape side, DecompositionSettings settings) {
        DecompositionSettings.Stopping stopping = settings.stopping();
        return PrincipalComponents.fit(
                samples,
                count,
                side,
                settings.withRank(1)
                        .withStopping(new DecompositionSettings.Stopping(
                                stopping.holdout(), 1, stopping.patience(), 2, stopping.noise())));
    }

    @Test
    void everyClaimOfAQuickRunCanFail() {
        PlantedErrors.assertThatEveryClaimCanFail(
                Map.of("stops at once", new DeeptensorDigits(DeeptensorDigitsTest::tooShort)),
                new Setting(Setting.SEED, true, null));
    }

    @Test
    void theClassifierSeparatesWhatIsLinear() {
        Random random = new Random(1);
        SimpleMatrix features = new SimpleMatrix(200, 2);
        int[] classes = new int[200];
        for (int i = 0; i < 200; i++) {
            classes[i] = i % 2 * 7; // the classes 0 and 7
            features.set(i, 0, 100 + (i % 2 == 0 ? -1 : 1) + 0.2 * random.nextGaussian());
            features.set(i, 1, random.nextGaussian());
        }
        var classifier = new ComponentClassifier(features, classes);
        assertThat(classifier.accuracy(features, classes)).isEqualTo(1);
        int[] wrong = new int[200];
        assertThat(classifier.accuracy(features, wrong)).isEqualTo(0.5);
    }
}
