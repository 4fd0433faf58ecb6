package org.fullrank.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.fullrank.engine.InputException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunPageTest {
    private static final Pattern DATA =
            Pattern.compile("<script type=\"application/json\" id=\"data\">(.*?)</script>", Pattern.DOTALL);

    @TempDir
    Path folder;

    private Path run;

    @BeforeEach
    void makeRun() throws IOException {
        run = Files.createDirectory(folder.resolve("mine"));
        write("config.yaml", "name: shapes\nabout: \"a first look\"\nseed: 1\n");
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(run.resolve(name), text);
    }

    private static JsonNode data(String html) throws IOException {
        Matcher found = DATA.matcher(html);
        assertThat(found.find()).isTrue();
        return new ObjectMapper().readTree(found.group(1));
    }

    @Test
    void aRunWithNothingButItsRecipeHasAPage() throws IOException {
        JsonNode data = data(RunPage.html(run));
        assertThat(data.path("name").asText()).isEqualTo("mine");
        assertThat(data.path("recipe").asText()).isEqualTo("shapes");
        assertThat(data.path("about").asText()).isEqualTo("a first look");
        assertThat(data.path("status").asText()).isEqualTo("interrupted");
        assertThat(data.path("metrics").size()).isZero();
        assertThat(data.path("diagnosis").isNull()).isTrue();
        assertThat(data.path("pictures").path("map").isNull()).isTrue();
        assertThat(data.has("live")).isFalse();
    }

    @Test
    void whatIsMeasuredIsInThePage() throws IOException {
        write("metrics.jsonl", """
                {"step":1,"epoch":0,"loss":1.23456789,"time.at":1795243936.25}
                {"step":2,"epoch":0,"loss":"NaN"}
                {"step":2,"event":"failed","message":"the loss is NaN"}
                """);
        write("spectra.jsonl", "{\"step\":2,\"place\":\"embedding\",\"values\":[0.123456789,0.5]}\n");
        write("alarms.jsonl", "{\"step\":2,\"onset\":1,\"kind\":\"DIMENSIONAL\"}\n");
        write("diagnosis.json", "{\"diagnoses\":[]}");
        JsonNode data = data(RunPage.html(run));
        assertThat(data.at("/metrics/0/loss").doubleValue()).isEqualTo(1.23457);
        assertThat(data.at("/metrics/0/time.at").doubleValue()).isEqualTo(1795243936.25);
        assertThat(data.at("/metrics/1/loss").asText()).isEqualTo("NaN");
        assertThat(data.at("/spectra/0/values/0").doubleValue()).isEqualTo(0.123457);
        assertThat(data.at("/alarms/0/kind").asText()).isEqualTo("DIMENSIONAL");
        assertThat(data.path("diagnosis").path("diagnoses").isArray()).isTrue();
        assertThat(data.path("status").asText()).isEqualTo("failed");
        assertThat(data.path("message").asText()).isEqualTo("the loss is NaN");
    }

    @Test
    void damagedFilesAreLeftOut() throws IOException {
        write("metrics.jsonl", "{\"step\":1,\"loss\":2}\nnot json\n[1]\n{\"step\":3,\"lo");
        write("diagnosis.json", "{ torn");
        write("map.json", "[1, 2]");
        write("evaluation.json", "");
        JsonNode data = data(RunPage.html(run));
        assertThat(data.path("metrics").size()).isEqualTo(1);
        assertThat(data.path("diagnosis").isNull()).isTrue();
        assertThat(data.path("map").isNull()).isTrue();
        assertThat(data.path("evaluation").isNull()).isTrue();
    }

    @Test
    void textOfARunCannotBecomeMarkup() throws IOException {
        String bad = "</script><script>alert(1)</script><!-- ";
        write("config.yaml", "name: \"" + bad + "\"\n");
        write("metrics.jsonl", "{\"step\":1,\"event\":\"failed\",\"message\":\"" + bad + "\"}\n");
        write("map.json", "{\"names\":[\"" + bad + "\"],\"x\":[0],\"y\":[0],\"group\":[0]}");
        String html = RunPage.html(run);
        assertThat(html).doesNotContain("<script>alert").doesNotContain("<!-- ");
        assertThat(html.split("</script>", -1)).hasSize(3); // data, script, what follows
        assertThat(data(html).path("message").asText()).isEqualTo(bad);
    }

    @Test
    void aFolderNameIsEscapedInTheTitle() throws IOException {
        Path odd = Files.createDirectory(folder.resolve("a<b>&\"c"));
        Files.writeString(odd.resolve("config.yaml"), "name: x\n");
        assertThat(RunPage.html(odd)).contains("<title>Fullrank: a&lt;b&gt;&amp;&quot;c</title>");
    }

    @Test
    void thePolicyAllowsThisScriptAndStyleAndNothingFromElsewhere() throws Exception {
        String html = RunPage.html(run);
        String script = html.substring(html.lastIndexOf("<script>") + 8, html.lastIndexOf("</script>"));
        String style = html.substring(html.indexOf("<style>") + 7, html.indexOf("</style>"));
        String policy = html.substring(
                html.indexOf("content=\"default-src") + 9, html.indexOf("\">", html.indexOf("default-src")));
        assertThat(policy)
                .startsWith("default-src 'none';")
                .contains("script-src '" + sha(script) + "'")
                .contains("style-src '" + sha(style) + "'")
                .contains("img-src data:;")
                .doesNotContain("connect-src")
                .doesNotContain("http");
    }

    private static String sha(String text) throws Exception {
        byte[] digest =
                MessageDigest.getInstance("SHA-256").digest(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        return "sha256-" + Base64.getEncoder().encodeToString(digest);
    }

    @Test
    void aLongRunIsThinnedButKeepsItsChecksAndItsLastRecord() throws IOException {
        var lines = new StringBuilder();
        for (int step = 1; step <= 20_000; step++) {
            lines.append("{\"step\":%d,\"loss\":1.5%s}\n".formatted(step, step == 12_345 ? ",\"knn\":0.5" : ""));
        }
        write("metrics.jsonl", lines.toString());
        List<Integer> steps = data(RunPage.html(run)).path("metrics").findValues("step").stream()
                .map(JsonNode::intValue)
                .toList();
        assertThat(steps).hasSizeBetween(RunPage.MOST_RECORDS / 2, RunPage.MOST_RECORDS + 10);
        assertThat(steps).contains(1, 12_345, 20_000).isSorted();
    }

    @Test
    void aLivePageSaysWhereItsDataEnd() throws IOException {
        String whole = "{\"step\":1,\"loss\":2}\n";
        write("metrics.jsonl", whole + "{\"step\":2,");
        Files.write(run.resolve("views.png"), new byte[] {1});
        JsonNode data = data(RunPage.html(run, new RunPage.Live("/runs/mine")));
        assertThat(data.path("live").asText())
                .isEqualTo("/runs/mine/events?after=" + whole.length() + "-0-0-0&settled=" + RunPage.settled(run));
        assertThat(data.at("/pictures/views").asText()).isEqualTo("/runs/mine/views.png");
        assertThat(data.at("/pictures/map").isNull()).isTrue();
    }

    @Test
    void theReportIsWrittenIntoTheFolderWithItsPictures() throws IOException {
        Files.write(run.resolve("map.png"), new byte[] {1, 2, 3});
        Path file = RunPage.write(run);
        assertThat(file).isEqualTo(run.resolve("report.html"));
        assertThat(data(Files.readString(file)).at("/pictures/map").asText()).isEqualTo("data:image/png;base64,AQID");
        RunPage.write(run); // again, over the old one
    }

    @Test
    void aFolderWithoutARunIsRefused() {
        assertThatExceptionOfType(InputException.class)
                .isThrownBy(() -> RunPage.html(folder.resolve("absent")))
                .withMessageContaining("found nothing there");
    }
}
