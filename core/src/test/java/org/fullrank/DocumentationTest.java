package org.fullrank;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The pages of the documentation: every link leads somewhere, every page can be found, and the README
/// stays short.
class DocumentationTest {
    private static final Path ROOT = Path.of("..");
    private static final Path INDEX = ROOT.resolve("docs/README.md");

    /// Pages that the lab writes: its overview links them.
    private static final Path LAB = ROOT.resolve("docs/lab");

    /// A newcomer reads this in five minutes.
    private static final int README_WORDS = 1200;

    private static final Pattern LINK = Pattern.compile("]\\(([^)\\s]+)\\)");
    private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.+)$");
    private static final Pattern YAML = Pattern.compile("(?ms)^```yaml\n(.*?)^```$");
    private static final Pattern CODE = Pattern.compile("(?ms)^```.*?^```$");

    static List<Path> pages() throws IOException {
        try (Stream<Path> root = Files.list(ROOT);
                Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
            return Stream.concat(root, docs)
                    .filter(file -> file.toString().endsWith(".md"))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("pages")
    void everyLinkOfAPageLeadsToAFileAndAHeading(Path page) throws IOException {
        List<String> broken = new ArrayList<>();
        for (String link : links(page)) {
            int hash = link.indexOf('#');
            String path = hash < 0 ? link : link.substring(0, hash);
            Path target = path.isEmpty() ? page : page.resolveSibling(path).normalize();
            if (!Files.exists(target) || (hash >= 0 && !anchors(target).contains(link.substring(hash + 1)))) {
                broken.add(link);
            }
        }
        assertThat(broken).as(page.toString()).isEmpty();
    }

    /// Workflows of the continuous build, and the examples of them and of recipes in the pages.
    @Test
    void everyYamlTextCanBeParsed() throws IOException {
        var yaml = new YAMLMapper();
        int steps = 0;
        for (Path page : pages()) {
            Matcher block = YAML.matcher(Files.readString(page));
            while (block.find()) {
                JsonNode parsed = yaml.readTree(block.group(1));
                assertThat(parsed.isObject() || parsed.isArray())
                        .as(page + block.group())
                        .isTrue();
                for (JsonNode step : parsed.isArray() ? parsed : yaml.createArrayNode()) {
                    assertThat(step.has("run") || step.has("uses"))
                            .as(page + block.group())
                            .isTrue();
                    steps++;
                }
            }
        }
        assertThat(steps)
                .as("steps of a workflow in docs/reference/diagnose.md")
                .isPositive();
        JsonNode build =
                yaml.readTree(ROOT.resolve(".github/workflows/build.yml").toFile());
        assertThat(build.at("/jobs/build/steps").isArray()).isTrue();
    }

    @Test
    void theIndexLinksEveryPage() throws IOException {
        List<Path> linked = links(INDEX).stream()
                .map(link -> INDEX.resolveSibling(link).normalize())
                .toList();
        assertThat(pages().stream()
                        .map(Path::normalize)
                        .filter(page -> page.startsWith(ROOT.resolve("docs")) && !page.equals(INDEX.normalize()))
                        .filter(page -> !page.startsWith(LAB) || page.endsWith("README.md")))
                .isSubsetOf(linked);
    }

    @Test
    void theReadmeHasAtMost1200Words() throws IOException {
        String readme = Files.readString(ROOT.resolve("README.md"));
        assertThat(readme.strip().split("\\s+")).hasSizeLessThanOrEqualTo(README_WORDS);
    }

    /// The links of a page to files of this repository.
    private static List<String> links(Path page) throws IOException {
        String text = CODE.matcher(Files.readString(page)).replaceAll("");
        return LINK.matcher(text)
                .results()
                .map(link -> link.group(1))
                .filter(link -> URI.create(link).getScheme() == null)
                .toList();
    }

    /// The anchors that the usual hosts make of headings: lower case, hyphens for spaces, no punctuation.
    private static List<String> anchors(Path page) throws IOException {
        String text = CODE.matcher(Files.readString(page)).replaceAll("");
        return HEADING.matcher(text)
                .results()
                .map(heading -> heading.group(1)
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{Alnum}\\p{L} _-]", "")
                        .replace(' ', '-'))
                .toList();
    }
}
