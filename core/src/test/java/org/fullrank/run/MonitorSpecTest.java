package org.fullrank.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.fullrank.engine.InputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MonitorSpecTest {
    /// Long runs have forty checks; short ones learn from at least 2560 samples between two of 256.
    @ParameterizedTest
    @CsvSource({"40000,256,1000", "4001,256,101", "468,64,40", "780,128,20", "12,16,160"})
    void quickChecksAreFortyOrAsManyAsTheRunCanPayFor(long steps, int batch, long every) {
        assertThat(MonitorSpec.defaults().quickSteps(steps, batch)).isEqualTo(every);
    }

    @Test
    void theRecipeMayAskForMore() {
        Recipe recipe = Recipes.load(
                "shapes-vicreg",
                List.of("monitor.everySteps=3", "monitor.layers=[stage1.0]", "monitor.onCollapse=rollback"));
        assertThat(recipe.monitor().quickSteps(40000, 256)).isEqualTo(3);
        assertThat(recipe.monitor().layers()).containsExactly("stage1.0");
        assertThat(recipe.monitor().onCollapse()).isEqualTo(MonitorSpec.OnCollapse.ROLLBACK);
    }

    @Test
    void aLayerThatTheEncoderLacksIsRefusedWithTheNearest() {
        assertThatThrownBy(() -> Recipes.load("shapes-vicreg", List.of("monitor.layers=[stage1.7]")))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("monitor.layers: found layer stage1.7, expected one of the encoder's: stage1.0")
                .hasMessageNotContaining("\n");
    }

    @Test
    void settingsOutOfRangeAreRefused() {
        for (String setting : List.of("rows=8", "everySteps=-1", "recordEverySteps=-1", "onCollapse=panic")) {
            assertThatThrownBy(() -> Recipes.load("shapes-vicreg", List.of("monitor." + setting)))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining(setting.substring(0, setting.indexOf('=')));
        }
    }
}
