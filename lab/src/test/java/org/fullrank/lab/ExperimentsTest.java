package org.fullrank.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.fullrank.engine.InputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ExperimentsTest {
    private static final Path PAGES = Path.of("../docs/lab");
    private static final Setting QUICK = new Setting(Setting.SEED, true, null);
    private static final Map<Experiment, Outcome> OUTCOMES = new ConcurrentHashMap<>();

    static List<Experiment> experiments() {
        return Experiments.all();
    }

    private static Outcome quick(Experiment experiment) {
        return OUTCOMES.computeIfAbsent(experiment, e -> e.run(QUICK));
    }

    @ParameterizedTest
    @MethodSource("experiments")
    void everyClaimHoldsWhenRunQuickly(Experiment experiment) {
        Outcome outcome = quick(experiment);
        assertThat(outcome.claims())
                .filteredOn(claim -> claim.verdict() == ClaimVerdict.FAILS)
                .isEmpty();
        assertThat(outcome.count(ClaimVerdict.UNDECIDABLE) > 0).isEqualTo(experiment.needsData());
    }

    @ParameterizedTest
    @MethodSource("experiments")
    void thePublishedPageIsThatOfTheExperimentAsItIs(Experiment experiment) throws IOException {
        String page = Files.readString(PAGES.resolve(experiment.name() + ".md")).replace("\\|", "|");
        Experiment.Description description = experiment.description();
        assertThat(page)
                .contains(
                        description.title(),
                        description.paper(),
                        description.about().strip())
                .contains("fullrank lab run " + experiment.name() + " --seed " + Setting.SEED)
                .doesNotContain("--quick");
        assertThat(quick(experiment).claims()).allMatch(claim -> page.contains(claim.text()));
        assertThat(PAGES.resolve(experiment.name() + ".svg")).exists();
        assertThat(Files.readString(PAGES.resolve("README.md"))).contains("](%s.md)".formatted(experiment.name()));
    }

    @Test
    void anUnknownNameIsAnsweredWithTheNearest() {
        assertThat(Experiments.named("oja")).isInstanceOf(Oja.class);
        assertThatThrownBy(() -> Experiments.named("byol-flaw"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("did you mean byol-flow?");
    }

    @Test
    void namesAreUnique() {
        assertThat(Experiments.all()).extracting(Experiment::name).doesNotHaveDuplicates();
    }
}
