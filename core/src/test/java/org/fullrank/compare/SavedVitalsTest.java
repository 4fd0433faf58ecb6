package org.fullrank.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Objects;
import org.fullrank.diagnose.Measure;
import org.fullrank.diagnose.Vitals;
import org.fullrank.trained.Trained;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SavedVitalsTest {
    @TempDir
    Path folder;

    @Test
    void vitalSignsAreReadBackAsTheyWere() {
        var values = new LinkedHashMap<Measure, Double>();
        values.put(Measure.RANKME, 3.5);
        values.put(Measure.STD, 0.9);
        var health = new Trained.Health(new Vitals(20, 16, values), new Vitals(20, 4, values));
        Measures.of("h", new LinkedHashMap<>(), 7, new Score(16, 20, 11, 12, true), health)
                .save(folder);
        assertThat(Objects.requireNonNull(Measures.read(folder)).places()).isEqualTo(health);
    }

    @Test
    void theStandardDeviationOfAnEarlierVersionGetsItsFactor() throws IOException {
        Files.writeString(folder.resolve("evaluation.json"), """
                {"hash":"h","protocol":{},"step":7,"score":{"width":16,"asked":20,"knn":11,"linear":12,"converged":true},
                "health":{"representation":{"rows":20,"width":16,"rankMe":3.5,"stdMean":2.0,"normalizedStd":0.2},
                "embedding":{"rows":20,"width":4,"rankMe":1.5,"stdMean":3.0,"normalizedStd":0.5}}}
                """);
        Trained.Health health = Objects.requireNonNull(Measures.read(folder)).places();
        assertThat(health.representation().get(Measure.STD)).isCloseTo(0.8, within(1e-12));
        assertThat(health.representation().get(Measure.STD_RAW)).isEqualTo(2);
        assertThat(health.representation().get(Measure.RANKME)).isEqualTo(3.5);
        assertThat(health.embedding().get(Measure.STD)).isEqualTo(1);
    }
}
