package org.fullrank.browser;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.fullrank.serve.WatchServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;

@TestInstance(Lifecycle.PER_CLASS)
class WatchBrowserTest {
    private static final String STEP =
            "Number(document.querySelector('#learned dl.figures dd').textContent.split(' ')[0].replace(',', ''))";

    private Path folder;
    private Browser browser;
    private WatchServer server;

    @BeforeAll
    void start(@TempDir Path temporary) throws IOException {
        folder = temporary;
        browser = Browser.start();
        Sample.full(folder.resolve("runs/first"));
        Sample.full(folder.resolve("runs/second"));
        Files.writeString(folder.resolve("runs/second/config.yaml"), "name: sample\nseed: 2\n");
        server = WatchServer.start(folder.resolve("runs"), WatchServer.DEFAULT_HOST, 0);
    }

    @AfterAll
    void stop() {
        if (server != null) {
            server.close();
        }
        if (browser != null) {
            browser.close();
        }
    }

    @BeforeEach
    void plain() {
        browser.open("about:blank");
        browser.viewport(1200, 900);
        browser.complaints();
    }

    private void open(String path) {
        browser.open(server.address() + path);
    }

    private static void delete(Path run) throws IOException {
        try (Stream<Path> files = Files.walk(run)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    @Test
    void theListLeadsToARunByKeyboard() {
        open("");
        assertThat(browser.text("#runs")).contains("first", "second", "finished", "dimensional collapse");
        Pages.assertReachableByKeyboard(browser);
        browser.focus("#runs a");
        browser.press(Keys.ENTER);
        browser.awaitText("h1", "first");
        assertThat(browser.all("#map canvas.drawing")).hasSize(1);
        assertThat(browser.all("#views img")).hasSize(1);
        Pages.assertQuiet(browser);
    }

    @Test
    void markedRunsAreShownTogetherByKeyboard() {
        open("");
        browser.focus("form button");
        browser.press(Keys.ENTER); // with none marked it only says what to do
        browser.awaitText("form [role=status]", "Mark at least two runs first.");
        for (String name : List.of("first", "second")) {
            browser.focus("input[value=" + name + "]");
            browser.press(Keys.SPACE);
        }
        browser.focus("form button");
        browser.press(Keys.ENTER);
        browser.awaitText("#settings", "seed");
        assertThat(browser.all("#settings tbody tr")).hasSize(2); // seed, and the words about it
        assertThat(browser.text("#curves figure .legend")).contains("first", "second");
        assertThat(browser.text("#curves figure figcaption")).isEqualTo("Loss");
        Pages.assertReachableByKeyboard(browser);
        Pages.assertFitsAPhone(browser);
        Pages.assertQuiet(browser);
    }

    @Test
    void theListIsSortedByTheHeadOfAColumn() {
        open("");
        String names = "[...document.querySelectorAll('#runs tbody a')].map(a => a.textContent).join()";
        browser.focus("[aria-label='Sort by run']");
        browser.press(Keys.ENTER);
        browser.await("document.querySelector('th[aria-sort=ascending]')?.innerText.startsWith('run')");
        String up = (String) browser.script("return " + names);
        assertThat(up.indexOf("first")).isLessThan(up.indexOf("second"));
        browser.press(Keys.ENTER); // the head of the column still has the focus
        browser.await("document.querySelector('th[aria-sort=descending]')?.innerText.startsWith('run')");
        String down = (String) browser.script("return " + names);
        assertThat(down.indexOf("second")).isLessThan(down.indexOf("first"));
        assertThat(browser.all("#runs .sparkline polyline")).isNotEmpty();
        assertThat(browser.text("#runs")).contains("50.0 %", "60.0 %", "tensorboard --logdir");
        Pages.assertQuiet(browser);
    }

    @Test
    void theLatestCheckGivesTheVerdictWhileARunHasNoDiagnosis() throws IOException {
        Path run = Sample.bare(folder.resolve("runs/checked"));
        Files.writeString(run.resolve("metrics.jsonl"), "{\"step\":1,\"loss\":1}\n");
        open("runs/checked");
        browser.awaitText(".banner h3", "No diagnosis");
        Files.writeString(run.resolve("verdicts.jsonl"), """
                {"step":10,"subject":"embedding","rows":128,"width":64,"verdicts":[{"kind":"HEALTHY","title":"healthy"}]}
                """);
        browser.awaitText(".banner h3", "Healthy");
        Files.writeString(run.resolve("verdicts.jsonl"), """
                {"step":20,"subject":"embedding","rows":128,"width":64,"verdicts":[{"kind":"CONSTANT","title":"constant collapse"}]}
                """, StandardOpenOption.APPEND);
        browser.awaitText(".banner h3", "Constant collapse");
        assertThat(browser.text(".banner")).contains("At the check of step 20, on 128 items");
        assertThat(browser.all(".banner")).hasSize(1);
        assertThat(browser.all("#checks tbody tr")).hasSize(2);
        Pages.assertQuiet(browser);
    }

    @Test
    void aLivePageShowsWhatIsMeasuredAndThatTheRunDied() throws Exception {
        Path run = folder.resolve("runs/live");
        Process child = ChildRun.start(run);
        try {
            open("");
            browser.awaitText("#runs", "live");
            browser.awaitText("#runs", "running");
            open("runs/live");
            browser.awaitText(".pill", "running");
            browser.await(STEP + " > 5");
            long before = ((Number) browser.script("return " + STEP)).longValue();
            browser.await("%s > %d".formatted(STEP, before + 5));
            browser.await("document.querySelector('#loss .plot').getAttribute('aria-label').includes('Total')");
            child.destroyForcibly().waitFor();
            browser.awaitText(".pill", "interrupted");
            Pages.assertReachableByKeyboard(browser);
            Pages.assertFitsAPhone(browser);
            Pages.assertQuiet(browser);
        } finally {
            child.destroyForcibly().waitFor();
        }
        delete(run);
        browser.awaitText(".pill", "gone");
    }

    @Test
    void anAlarmIsShownWhenItIsRaised() throws IOException {
        Path run = Sample.bare(folder.resolve("runs/alarmed"));
        Files.writeString(run.resolve("metrics.jsonl"), "{\"step\":1,\"loss\":1}\n");
        open("runs/alarmed");
        browser.awaitText(".banner h3", "No diagnosis");
        Files.writeString(
                run.resolve("alarms.jsonl"),
                "{\"step\":2,\"onset\":1,\"place\":\"embedding\",\"kind\":\"CONSTANT\"}\n",
                StandardOpenOption.CREATE);
        browser.awaitText(".banner h3", "Constant collapse while training");
        Files.writeString(
                run.resolve("spectra.jsonl"),
                "{\"step\":2,\"place\":\"embedding\",\"values\":[1,0.1]}\n",
                StandardOpenOption.CREATE);
        browser.awaitText("#spectrum h3", "Spectrum over time");
        Pages.assertQuiet(browser);
    }

    @Test
    void pagesFitAPhone() {
        for (String path : List.of("", "runs/first", "several?run=first&run=second")) {
            open(path);
            Pages.assertFitsAPhone(browser);
        }
        Pages.assertQuiet(browser);
    }
}
