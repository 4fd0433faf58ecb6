package org.fullrank.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.fullrank.lab.Series.Color;
import org.fullrank.text.Numbers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;

class ExperimentPageTest {
    private static final Claim HOLDS = Claim.of("it holds", 1.0, Expected.near(1, 0.1), "by definition");
    private static final Claim FAILS = Claim.of("it fails", 2.0, Expected.atMost(1), "planted");
    private static final Claim OPEN = Claim.undecidable("nobody knows", Expected.atLeast(1), "no data");

    @TempDir
    Path folder;

    private static Figure figure(double[] y) {
        double[] x = {0, 1, 2};
        return Figure.of(
                "caption",
                2,
                Panel.of("a < b & c", Axis.linear("x"), Axis.log("y"))
                        .with(Series.line("line", Color.BLUE, x, y), Series.dots("dots", Color.GREEN, x, y)));
    }

    private static Document parsed(String svg) throws Exception {
        return DocumentBuilderFactory.newDefaultInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void aFigureIsWellFormedAndDrawsEveryFinitePoint() throws Exception {
        Document svg = parsed(figure(new double[] {1, 10, 100}).svg());
        assertThat(svg.getDocumentElement().getTagName()).isEqualTo("svg");
        assertThat(svg.getElementsByTagName("circle").getLength()).isEqualTo(1 + 3); // legend and points
        assertThat(parsed(figure(new double[] {1, Double.NaN, 0}).svg())
                        .getElementsByTagName("circle")
                        .getLength())
                .isEqualTo(1 + 1); // neither NaN nor the logarithm of 0
    }

    @Test
    void ticksAreRoundNumbersInsideTheAxis() {
        assertThat(Axis.linear("x").between(0.13, 1.07).ticks())
                .containsExactly(0.2, 0.4, 0.6000000000000001, 0.8, 1.0);
        assertThat(Axis.log("x").between(0.05, 2000).ticks()).containsExactly(0.1, 1.0, 10.0, 100.0, 1000.0);
        assertThat(Axis.log("x").text(1e-5)).isEqualTo("10^-5");
    }

    @Test
    void aPageShowsVerdictsFiguresAndItsCommand() throws IOException {
        Outcome outcome = new Outcome(
                List.of(HOLDS, FAILS, OPEN), ResultTable.of("|a|", "b").row(0.5, "c"), figure(new double[] {1, 2, 3}));
        Path page = new ExperimentPage(new Oja(), new Setting(7, true, "/somewhere/mnist"), outcome).write(folder);
        assertThat(Files.readString(page))
                .contains("| holds | it holds | 1 | 1 ± 0.1 | by definition |")
                .contains("| **fails** | it fails | 2 | at most 1 | planted |")
                .contains("| **not decidable** | nobody knows | - | at least 1 | no data |")
                .contains("| \\|a\\| | b |")
                .contains("](oja.svg)")
                .contains("`fullrank lab run oja --seed 7 --quick`")
                .doesNotContain("somewhere");
        assertThat(folder.resolve("oja.svg")).exists();
    }

    @Test
    void theOverviewShowsEverySeedAndWhatFails() {
        Outcome outcome = new Outcome(List.of(HOLDS, FAILS, OPEN), ResultTable.of("a"), null);
        List<Setting> settings = List.of(new Setting(1, false, "/x/mnist"), new Setting(2, false, "/x/mnist"));
        String page = new Overview(List.of(new Sweep(new Oja(), settings, List.of(outcome, outcome)))).markdown();
        assertThat(page)
                .contains("fullrank lab run all --seed 1,2 --data mnist")
                .contains("| it holds | 1 ± 0.1 | 1 | 1 |")
                .contains("**2 fails (at most 1)**")
                .contains("| not decidable | not decidable |")
                .contains("| 2 | 2 | 2 |");
    }

    @Test
    void aSeedGivesTheSamePageByteForByteAndAnotherOneDoesNot() {
        assertThat(page(1)).isEqualTo(page(1)).isNotEqualTo(page(2));
    }

    private static String page(long seed) {
        Setting setting = new Setting(seed, true, null);
        Outcome outcome = new Oja().run(setting);
        return new ExperimentPage(new Oja(), setting, outcome).markdown() + figureOf(outcome);
    }

    private static String figureOf(Outcome outcome) {
        Figure figure = outcome.figure();
        return figure == null ? "" : figure.svg();
    }

    @Test
    void nanIsNeverAdmitted() {
        for (Expected expected : List.of(Expected.near(0, 1), Expected.atMost(1), Expected.atLeast(-1))) {
            assertThat(expected.admits(0)).isTrue();
            assertThat(expected.admits(Double.NaN)).isFalse();
        }
    }

    @Test
    void numbersAreShortAndUnambiguous() {
        assertThat(List.of(0.0, 0.98899991, -2.0, 1.5e-7, 12345678.0, 1e-10, 2e-16))
                .extracting(Numbers::compact)
                .containsExactly("0", "0.989", "-2", "1.5e-7", "1.23e7", "1e-10", "2e-16");
    }
}
