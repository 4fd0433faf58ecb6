package org.fullrank.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.fullrank.online.Activation;
import org.fullrank.online.LatentPredictive;
import org.fullrank.online.LatentSettings;
import org.fullrank.online.Oja;
import org.fullrank.online.RuleName;
import org.fullrank.online.Standardized;
import org.junit.jupiter.api.Test;

class RuleSettingsTest {
    private static final RuleSettings SETTINGS = RuleSettings.defaults();

    @Test
    void theLearningRateTimesTheWidthIsAtMostTheStep() {
        assertThat(SETTINGS.rule(1000).toBytes())
                .isEqualTo(LatentPredictive.builder(1000, 16)
                        .learningRate(0.01 / 1000)
                        .build()
                        .toBytes());
        assertThat(SETTINGS.rule(2).toBytes())
                .isEqualTo(LatentPredictive.builder(2, 2)
                        .learningRate(LatentSettings.LEARNING_RATE)
                        .build()
                        .toBytes());
        assertThat(SETTINGS.withName(RuleName.OJA).rule(2).toBytes())
                .isEqualTo(Oja.builder(2, 2).learningRate(0.005).build().toBytes());
        assertThat(SETTINGS.withLearningRate(0.02).rule(1000).toBytes())
                .isEqualTo(LatentPredictive.builder(1000, 16)
                        .learningRate(0.02)
                        .build()
                        .toBytes());
    }

    @Test
    void everySettingReachesTheRule() {
        var settings = new RuleSettings(RuleName.LPL, 3, Activation.TANH, 0.002, 0.25, true, 9);
        assertThat(settings.rule(4).toBytes())
                .isEqualTo(Standardized.of(LatentPredictive.builder(4, 3)
                                .activation(Activation.TANH)
                                .learningRate(0.002)
                                .decay(0.25)
                                .seed(9)
                                .build())
                        .toBytes());
        assertThat(SETTINGS.standardized().rule(4)).isInstanceOf(Standardized.class);
    }

    @Test
    void settingsThatARuleDoesNotHaveAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RuleSettings(RuleName.SANGER, 3, null, null, 0.1, false, 1))
                .withMessageStartingWith("rule sanger: found an activation or a decay, expected neither");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SETTINGS.withUnits(-1))
                .withMessageStartingWith("units: found -1, expected at least 1");
    }
}
