package org.fullrank.browser;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.fullrank.diagnose.Diagnosis;
import org.fullrank.diagnose.DiagnosisComparison;
import org.fullrank.diagnose.Likeness;
import org.fullrank.diagnose.Verdict;
import org.fullrank.page.DiagnosisPage;
import org.fullrank.page.RunPage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

@TestInstance(Lifecycle.PER_CLASS)
class ReportBrowserTest {
    @TempDir
    Path folder;

    private Browser browser;

    @BeforeAll
    void start() {
        browser = Browser.start();
    }

    @AfterAll
    void stop() {
        if (browser != null) {
            browser.close();
        }
    }

    @BeforeEach
    void plain() {
        browser.media("screen", "light");
        browser.viewport(1200, 900);
        browser.complaints(); // those of an earlier test
    }

    private void open(Path run) {
        browser.open(RunPage.write(run).toUri().toString());
    }

    /// The map shows the representation, so it looks healthy when only the embedding has collapsed.
    @ParameterizedTest
    @CsvSource({"HEALTHY,CONSTANT,true", "CONSTANT,CONSTANT,false", "HEALTHY,HEALTHY,false", "HEALTHY,SHORTCUT,false"})
    void theMapSaysIfItHidesACollapse(String representation, String embedding, boolean hidden) throws IOException {
        Path run = Sample.full(folder.resolve(representation + embedding));
        Files.writeString(run.resolve("diagnosis.json"), """
                {"diagnoses":[{"subject":"representation","rows":9,"width":8,"verdicts":[{"kind":"%s"}]},
                {"subject":"embedding","rows":9,"width":8,"verdicts":[{"kind":"%s"}]}]}
                """.formatted(representation, embedding));
        open(run);
        String map = browser.text("#map");
        assertThat(map).contains("Four items.");
        assertThat(map.contains("It does not show the constant collapse of the embedding"))
                .isEqualTo(hidden);
        Pages.assertQuiet(browser);
    }

    @Test
    void everyPartOfARunIsShownWithoutAComplaint() throws IOException {
        open(Sample.full(folder.resolve("full")));
        assertThat(browser.text("h1")).isEqualTo("full");
        assertThat(browser.text(".pill")).isEqualTo("finished");
        assertThat(browser.all(".banner h3").stream().map(WebElement::getText))
                .containsExactly("Dimensional collapse"); // the diagnosis alone gives the verdict
        List<String> titles = browser.all("main section:not([hidden]) > :is(h2, h3)").stream()
                .map(WebElement::getText)
                .toList();
        assertThat(titles)
                .containsExactly(
                        "Is it good?",
                        "Evaluation",
                        "Map of embeddings",
                        "Diagnosis",
                        "Did it learn?",
                        "Alarms",
                        "Loss",
                        "Rank and spread",
                        "Spectrum over time",
                        "Checks",
                        "Layers",
                        "Self-distillation",
                        "Other measures",
                        "How was it made?",
                        "Rate and speed",
                        "Views",
                        "Recipe");
        assertThat(browser.text(".answer")).isEqualTo("No: dimensional collapse of the embedding.");
        assertThat(browser.holds("document.querySelector('.banner').getBoundingClientRect().bottom < innerHeight"))
                .as("the answer is above the fold")
                .isTrue();
        // Three checks, of which the first two agree; a single value is written and not drawn.
        assertThat(browser.all("#checks tbody tr")).hasSize(2);
        assertThat(browser.text("#rank")).contains("value 0.75 at step 400");
        assertThat(browser.text("#evaluation")).contains("830f8a57", "50.0 % [40.0, 60.0]", "1234abcd", "recall@1");
        assertThat(browser.text("#alarms")).contains("raised at step 200, first sign at step 150");
        // Both curves of the loss terms are there, and a drawing has ink.
        assertThat(browser.text("#loss")).contains("variance", "covariance");
        assertThat(
                        browser.holds(
                                "[...document.querySelectorAll('#spectrum canvas.drawing, #map canvas.drawing, #loss canvas')]"
                                        + ".every(c => c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some(v => v > 0))"))
                .isTrue();
        Pages.assertQuiet(browser);
    }

    @Test
    void everyChartAndTableOfARunCanBeSaved() throws IOException {
        open(Sample.full(folder.resolve("saved")));
        List<String> saved = Pages.saved(browser);
        assertThat(saved).hasSizeGreaterThan(30);
        assertThat(saved)
                .anyMatch(text -> text.startsWith("step,value\r\n10,1\r\n")) // all numbers, not only those of the table
                .anyMatch(text -> text.startsWith("place,step,1,2,"))
                .anyMatch(text -> text.startsWith("item,group,across,up\r\n7,cat,0,0\r\n"))
                .anyMatch(
                        text -> text.contains("830f8a57 in full") || text.contains("features & width & kNN & linear"));
        Pages.assertQuiet(browser);
    }

    @Test
    void anOutlierDoesNotSqueezeTheMap() throws IOException {
        Path run = Sample.bare(folder.resolve("outlier"));
        String range = IntStream.range(0, 60).mapToObj(String::valueOf).collect(Collectors.joining(","));
        Files.writeString(run.resolve("map.json"), """
                {"about":"Items.","names":["all"],"group":[%s],"x":[%s,9000],"y":[%s,9000]}
                """.formatted("0,".repeat(60) + "0", range, range));
        open(run);
        assertThat(browser.text("#map .outside")).startsWith("One item is far outside");
        String svg = Pages.saved(browser).stream()
                .filter(text -> text.startsWith("<svg"))
                .findFirst()
                .orElseThrow();
        double[] places = Pattern.compile("<path d=\"M([\\d.]+) ")
                .matcher(svg)
                .results()
                .mapToDouble(match -> Double.parseDouble(match.group(1)))
                .limit(60)
                .toArray();
        assertThat(places[59] - places[0]).isGreaterThan(150); // pixels of 640
    }

    @Test
    void theSpeedOfARunIsAMedian() throws IOException {
        Path run = Sample.bare(folder.resolve("speed"));
        Files.writeString(run.resolve("metrics.jsonl"), """
                {"step":0,"event":"started","steps":40}
                {"step":1,"epoch":0,"loss":2,"time.seconds":9,"time.imagesPerSecond":3}
                {"step":2,"epoch":0,"loss":1,"time.seconds":10,"time.imagesPerSecond":900}
                {"step":3,"epoch":0,"loss":1,"time.seconds":11,"time.imagesPerSecond":910}
                """);
        open(run);
        assertThat(browser.text("#made dl.figures")).contains("Samples per second, median\n900", "Duration\n11 s");
        assertThat(browser.text("#learned dl.figures")).contains("3 of 40");
    }

    @Test
    void aRunWithNothingInItHasAPage() throws IOException {
        open(Sample.bare(folder.resolve("bare")));
        assertThat(browser.text(".banner h3")).isEqualTo("No diagnosis");
        assertThat(browser.all("main section section:not([hidden])")).hasSize(1);
        assertThat(browser.text(".answer")).isEqualTo("Not known: nothing was diagnosed or evaluated yet.");
        Pages.assertQuiet(browser);
    }

    @Test
    void textOfARunIsNeverRun() throws IOException {
        Path run = Sample.full(folder.resolve("hostile"));
        String bad = "</script><script>window.hacked = 1</script><img src=x onerror='window.hacked = 1'>";
        Files.writeString(run.resolve("metrics.jsonl"), """
                {"step":1,"loss":1,"%s":2}
                {"step":1,"event":"failed","message":"%s"}
                """.formatted(bad, bad));
        open(run);
        assertThat(browser.text(".message")).contains("window.hacked = 1");
        assertThat(browser.holds("window.hacked === undefined")).isTrue();
        assertThat(browser.all("img[src=x]")).isEmpty();
        Pages.assertQuiet(browser);
    }

    @Test
    void everyControlIsReachedByTab() throws IOException {
        open(Sample.full(folder.resolve("keys")));
        Pages.assertReachableByKeyboard(browser);
    }

    @Test
    void arrowKeysReadCurvesSpectraAndPoints() throws IOException {
        open(Sample.full(folder.resolve("arrows")));
        browser.focus("#loss .plot");
        browser.press(Keys.END);
        assertThat(browser.script("return document.querySelector('[role=status].unseen').textContent"))
                .asString()
                .startsWith("step 400: value 0.025");
        browser.focus("#spectrum canvas.drawing");
        browser.press(Keys.ARROW_RIGHT, Keys.ARROW_DOWN);
        assertThat(browser.text("#spectrum .readout")).isEqualTo("step 20, point 2 of 32 from the largest: 0.8706");
        browser.focus("#map canvas.drawing");
        browser.press(Keys.ARROW_RIGHT);
        assertThat(browser.text("#map .tip")).isEqualTo("cat, item 8");
        assertThat(browser.all("#map .tip canvas")).hasSize(1);
        browser.press(Keys.ARROW_UP);
        assertThat(browser.text("#map .tip")).isEqualTo("dog, item 10");
        browser.press(Keys.ESCAPE);
        assertThat(browser.holds("document.querySelector('#map .tip').hidden")).isTrue();
        Pages.assertQuiet(browser);
    }

    @Test
    void thePointerShowsTheItemBelowIt() throws IOException {
        open(Sample.full(folder.resolve("pointer")));
        browser.script("document.querySelector('#map').scrollIntoView()");
        // The four points are the corners of a square about the middle of the drawing.
        long height = (Long) browser.script("return document.querySelector('#map canvas.drawing').clientHeight");
        int half = Math.toIntExact(height / 2) - 14;
        browser.hover("#map canvas.drawing", half, half);
        browser.awaitText("#map .tip", "dog, item 8".replace("dog", "cat"));
    }

    /// With nine classes each has a fixed color; with more, the colors go around the circle.
    @ParameterizedTest
    @CsvSource({"2, light", "2, dark", "9, light", "9, dark", "10, light", "40, dark"})
    void itemsWithoutALabelAreAGrayGroupInTheLegendAndNoClassIsGray(int classes, String scheme) throws IOException {
        browser.media("screen", scheme);
        open(Sample.unlabeled(folder.resolve("gray-" + classes + scheme), classes));
        List<String> names = browser.all("#map .legend button").stream()
                .map(WebElement::getText)
                .toList();
        assertThat(names).hasSize(classes + 1).endsWith("no label").doesNotHaveDuplicates();
        var fills = (List<?>) browser.script("""
                const g = document.createElement('canvas').getContext('2d');
                return [...document.querySelectorAll('#map .legend circle')].map(dot => {
                  g.fillStyle = dot.getAttribute('fill');
                  return g.fillStyle;
                });
                """);
        List<Integer> chroma =
                fills.stream().map(fill -> chroma(fill.toString())).toList();
        assertThat(chroma.getLast()).as("gray: %s", fills.getLast()).isLessThan(40);
        assertThat(chroma.subList(0, classes)).as("classes: %s", fills).allMatch(each -> each > 60);
        assertThat(fills).hasSize(classes + 1).doesNotHaveDuplicates();
        browser.focus("#map canvas.drawing");
        browser.press(Keys.ARROW_RIGHT, Keys.ARROW_LEFT);
        assertThat(browser.text("#map .tip")).isEqualTo("no label, item 0");
        Pages.assertQuiet(browser);
    }

    /// The greatest part of a color `#rrggbb` less its least part.
    private static int chroma(String color) {
        int[] parts = IntStream.of(1, 3, 5)
                .map(at -> Integer.parseInt(color.substring(at, at + 2), 16))
                .sorted()
                .toArray();
        return parts[2] - parts[0];
    }

    @Test
    void numbersOfADrawingAreATable() throws IOException {
        open(Sample.full(folder.resolve("numbers")));
        browser.script("document.querySelector('#loss details').open = true");
        browser.awaitText("#loss details table", "400");
        assertThat(browser.all("#loss details tbody tr")).hasSize(40);
    }

    @Test
    void aPhoneNeedsNoScrollingSideways() throws IOException {
        open(Sample.full(folder.resolve("phone")));
        Pages.assertFitsAPhone(browser);
        Pages.assertQuiet(browser);
    }

    @Test
    void paperIsWhiteWithoutControls() throws IOException {
        open(Sample.full(folder.resolve("paper")));
        browser.media("print", "dark");
        assertThat(browser.holds("getComputedStyle(document.querySelector('nav.contents')).display === 'none'"))
                .isTrue();
        assertThat(browser.script("return getComputedStyle(document.body).backgroundColor"))
                .isEqualTo("rgb(255, 255, 255)");
        assertThat(browser.pdf()).hasSizeGreaterThan(50_000);
        Pages.assertQuiet(browser);
    }

    @Test
    void aDarkScreenHasADarkPage() throws IOException {
        open(Sample.full(folder.resolve("dark")));
        browser.media("screen", "dark");
        assertThat(browser.script("return getComputedStyle(document.body).backgroundColor"))
                .isEqualTo("rgb(18, 22, 28)");
        Pages.assertQuiet(browser);
    }

    @Test
    void aDiagnosisOfSeveralFilesHasABannerForEach() throws IOException {
        var verdict = new Verdict(Verdict.Kind.HEALTHY, 0.9, "rank 60 of 64", "");
        var plots = new Diagnosis.Plots(
                new double[] {3, 2, 1}, new double[] {2, 2, 2}, new double[] {1, 1, 1}, new double[101]);
        var one = new Diagnosis("a.npy", 10, 3, List.of(verdict), List.of(), plots, List.of(), List.of());
        var none = new Diagnosis.Plots(new double[0], new double[0], new double[0], new double[0]);
        var other = new Diagnosis("b.npy", 10, 3, List.of(verdict), List.of(), none, List.of(), List.of());
        Path page = Files.writeString(folder.resolve("diagnosis.html"), DiagnosisPage.html(List.of(one, other)));
        browser.open(page.toUri().toString());
        assertThat(browser.all(".banner.good")).hasSize(2);
        assertThat(browser.all("#embedding-1 .plot")).hasSize(3);
        Pages.assertReachableByKeyboard(browser);
        Pages.assertFitsAPhone(browser);
        Pages.assertQuiet(browser);
    }

    @Test
    void aDiagnosisOfTwoFilesShowsBothSpectraInOneChart() throws IOException {
        var verdict = new Verdict(Verdict.Kind.HEALTHY, 0.9, "rank 60 of 64", "");
        List<Diagnosis> both = new ArrayList<>();
        for (double[] spectrum : new double[][] {{3, 2, 1}, {8, 4}}) {
            var plots = new Diagnosis.Plots(spectrum, spectrum, spectrum, new double[101]);
            both.add(new Diagnosis(
                    "z" + spectrum.length, 10, 3, List.of(verdict), List.of(), plots, List.of(), List.of()));
        }
        var likeness = new Likeness(10, 0.5, new double[] {10, 20, 80});
        Path page = Files.writeString(
                folder.resolve("compared.html"),
                DiagnosisPage.html(both, new DiagnosisComparison(both.getFirst(), both.getLast(), likeness)));
        browser.open(page.toUri().toString());
        assertThat(browser.all("#comparison .plot")).hasSize(1);
        assertThat(browser.text("#comparison .legend")).contains("z3", "z2");
        assertThat(browser.text("#comparison"))
                .contains("Neither has collapsed.", "Linear CKA 0.5 on 10 rows", "median 20°, largest 80°");
        Pages.assertReachableByKeyboard(browser);
        Pages.assertFitsAPhone(browser);
        Pages.assertQuiet(browser);
    }
}
