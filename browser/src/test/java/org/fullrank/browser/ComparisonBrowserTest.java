package org.fullrank.browser;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.fullrank.page.Html;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.WebElement;

@TestInstance(Lifecycle.PER_CLASS)
class ComparisonBrowserTest {
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

    @Test
    void aComparisonShowsAllItsColumnsOnAScreen() throws IOException {
        String json = """
                {"reference": "published-vicreg", "hash": "0123abcd", "steps": 20, "kind": "comparison", "recipes": [], "legend": [],
                 "remarks": [], "protocol": {}, "measures": [],
                 "head": ["recipe", "n", "kNN %", "linear %", "RankMe", "std", "embedding RankMe", "embedding std", "s/epoch",
                  "kNN - published-vicreg", "linear - published-vicreg"],
                 "rows": [["published-barlow-twins", "5", "70.1 ± 0.3", "71.2 ± 0.4", "301.4 ± 11.2 of 512", "0.912 ± 0.002",
                  "1204.1 ± 20.3 of 2048", "0.881 ± 0.013", "104.22 ± 1.34", "-10.2*, p 0.00012, n 5", "+11.3*, p 0.00034, n 5"]]}
                """;
        String html = Html.alone("Comparison", new ObjectMapper().readTree(json));
        browser.viewport(1400, 900);
        browser.open(
                Files.writeString(folder.resolve("wide.html"), html).toUri().toString());
        browser.await("document.querySelectorAll('#results th[scope=col]').length === 11");
        assertThat(browser.holds("document.querySelector('#results .wide').scrollWidth"
                        + " <= document.querySelector('#results .wide').clientWidth"))
                .isTrue();
    }

    @Test
    void aComparisonShowsItsTableCurvesAndProtocol() throws IOException {
        String json = """
                {"reference": "a", "hash": "0123abcd", "steps": 20, "head": ["recipe", "n", "kNN %"],
                 "rows": [["a", "2", "70.1 ± 0.3"], ["b", "1", "65.0"]], "legend": ["Mean over seeds."],
                 "measures": [{"title": "kNN %", "rows": [
                   {"label": "a", "mean": 70.1, "std": 0.3, "values": [69.9, 70.3], "quiet": false},
                   {"label": "b", "mean": 65, "std": null, "values": [65], "quiet": false},
                   {"label": "raw input", "mean": 50, "std": null, "values": [50], "quiet": true}]},
                  {"title": "std", "rows": [{"label": "a", "mean": null, "std": null, "values": [], "quiet": false}]}],
                 "remarks": ["b, seed 2: failed"], "protocol": {"kNN": "k 20"}, "kind": "comparison",
                 "recipes": [
                  {"label": "a", "curves": {"loss": [{"step": 10, "mean": 2, "std": 0.1}, {"step": 20, "mean": 1, "std": 0.2}],
                   "knn": [{"step": 20, "mean": 0.7, "std": 0.01}], "rankme": []}},
                  {"label": "b", "curves": {"loss": [{"step": 10, "mean": 3, "std": 0}],
                   "knn": [{"step": 10, "mean": 0.6, "std": 0}], "rankme": []}}]}
                """;
        String html = Html.alone("Comparison", new ObjectMapper().readTree(json));
        browser.open(
                Files.writeString(folder.resolve("compare.html"), html).toUri().toString());
        assertThat(browser.text("h1")).isEqualTo("Comparison of 2 recipes");
        assertThat(browser.all("#results tbody tr")).hasSize(2);
        assertThat(browser.all("#results li").stream().map(WebElement::getText)).contains("b, seed 2: failed");
        assertThat(browser.all("#curves figcaption").stream().map(WebElement::getText))
                .containsExactly("a: Loss", "a: kNN during training", "b: Loss", "b: kNN during training");
        // One value of kNN for a is written; for b, the chart has its mean and the reference.
        assertThat(browser.text("#curves .single:not([hidden])")).isEqualTo("a 0.7 at step 20");
        assertThat(browser.all("#points figure")).hasSize(1);
        List<String> saved = Pages.saved(browser);
        assertThat(saved)
                .anyMatch(text -> text.contains("recipe,n,kNN %\r\na,2,70.1 ± 0.3\r\n"))
                .anyMatch(text -> text.contains("a & 2 & 70.1 $\\pm$ 0.3 \\\\"))
                .anyMatch(text -> text.contains("step,a,a std\r\n10,2,0.1\r\n20,1,0.2\r\n"))
                .anyMatch(text -> text.contains("a,2,70.1,0.3,69.9,70.3\r\n"));
        Pages.assertReachableByKeyboard(browser);
        Pages.assertFitsAPhone(browser);
        Pages.assertQuiet(browser);
    }
}
