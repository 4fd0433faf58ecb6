package org.fullrank.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.fullrank.engine.InputException;
import org.fullrank.settings.Yaml;
import org.fullrank.view.VectorViews;
import org.fullrank.view.ViewPresets;
import org.fullrank.view.ViewSpec;
import org.junit.jupiter.api.Test;

class ViewsInRecipesTest {
    record Part(ViewSpec views) {}

    @Test
    void everyPresetSurvivesARecipeFile() {
        for (String name : ViewPresets.names()) {
            var part = new Part(ViewPresets.named(name));
            assertThat(Yaml.read("test", Yaml.write(part), Part.class, List.of()))
                    .isEqualTo(part);
        }
    }

    @Test
    void settingsAreReadByTheNamesOfTheirComponents() {
        String yaml = """
                views:
                  type: images
                  size: 32
                  views: 2
                  growth: []
                  normalize: cifar10
                  pipelines:
                    - crop: {scaleMin: 0.2, scaleMax: 1, ratioMin: 0.75, ratioMax: 1.3333333333333333, filter: bicubic}
                      flip: 0.5
                      jitter: {p: 0.8, brightness: 0.4, contrast: 0.4, saturation: 0.2, hue: 0.1}
                      gray: 0.2
                      solarize: {p: 0.1, threshold: 0.5}
                """;
        assertThat(Yaml.read("test", yaml, Part.class, List.of()).views()).isEqualTo(ViewPresets.named("vicreg-cifar"));
    }

    @Test
    void oldSpellingsAreStillReadInFilesAndOnTheCommandLine() {
        String yaml = """
                views:
                  type: images
                  size: 32
                  views: 2
                  growth: []
                  normalise: cifar10
                  pipelines:
                    - crop: {scaleMin: 0.2, scaleMax: 1, ratioMin: 0.75, ratioMax: 1.3333333333333333, filter: bicubic}
                      flip: 0.5
                      jitter: {p: 0.8, brightness: 0.4, contrast: 0.4, saturation: 0.2, hue: 0.1}
                      grey: 0.7
                      solarise: {p: 0.9, threshold: 0.5}
                """;
        List<String> settings = List.of("views.pipelines.0.grey=0.2", "views.pipelines.0.solarise.p=0.1");
        assertThat(Yaml.read("test", yaml, Part.class, settings).views()).isEqualTo(ViewPresets.named("vicreg-cifar"));
        assertThat(Yaml.read(
                                "run runs/old",
                                "views: {type: vectors, views: 2, noise: 0.3, dropout: 0, corruption: 0, standardise: false}",
                                Part.class,
                                List.of())
                        .views())
                .isEqualTo(new VectorViews(2, 0.3, 0, 0, false));
        assertThat(Yaml.read("test", "views: grey", Part.class, List.of()).views())
                .isEqualTo(ViewPresets.named("gray"));
    }

    @Test
    void aKeyInBothSpellingsIsRefused() {
        assertThatThrownBy(() -> Yaml.read(
                        "recipe r", "views: {preset: gray, normalise: half, normalize: half}", Part.class, List.of()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("views.normalize: found both normalize and its old spelling");
    }
}
