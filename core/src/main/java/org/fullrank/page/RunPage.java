package org.fullrank.page;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.fullrank.diagnose.Measure;
import org.fullrank.engine.InputException;
import org.fullrank.engine.JobException;
import org.fullrank.file.AtomicFile;
import org.fullrank.run.EvaluationFile;
import org.fullrank.run.Metrics;
import org.fullrank.run.RunFolder;
import org.jspecify.annotations.Nullable;

/// The page of a run, built from the files in the run's folder. Every file of the run except `config.yaml`
/// may be missing, damaged, or from an older version. The page leaves out what it cannot read.
public final class RunPage {
    /// The report in a run folder.
    public static final String FILE = "report.html";
    /// Files to which a run appends lines during training. The order is that in which a live page counts
    /// them.
    public static final List<String> GROWING =
            List.of(RunFolder.METRICS, RunFolder.SPECTRA, RunFolder.ALARMS, RunFolder.VERDICTS);
    /// Files that a run writes once. A live page is reloaded when one of them changes.
    public static final List<String> SETTLED =
            List.of(RunFolder.CONFIG, RunFolder.DIAGNOSIS, EvaluationFile.NAME, "map.json", "map.png", "views.png");
    /// Largest number of records in a page, because a curve is at most a few thousand pixels wide.
    public static final int MOST_RECORDS = 3000;
    /// Number of columns of the heat map in a page, over all places.
    public static final int MOST_SPECTRA = 1200;

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private RunPage() {}

    /// The address from which a live page gets changes and pictures.
    ///
    /// @param base address of the run, without a slash at its end
    public record Live(String base) {}

    /// The report as one file that needs no other files.
    ///
    /// @throws InputException when there is no run
    public static String html(Path run) {
        ObjectNode data = data(run, name -> embedded(run.resolve(name)), null);
        return Html.alone("Fullrank: " + name(run), data);
    }

    /// The live page. Pictures are loaded by address, and changes arrive as events.
    ///
    /// @throws InputException when there is no run
    public static String html(Path run, Live live) {
        ObjectNode data = data(run, name -> address(run.resolve(name), live), live);
        return Html.live("Fullrank: " + name(run), data);
    }

    /// Writes the report into the run folder.
    ///
    /// @return the file
    /// @throws InputException when there is no run
    /// @throws JobException when the folder cannot be written
    public static Path write(Path run) {
        Path file = run.resolve(FILE);
        AtomicFile.write(file, html(run));
        return file;
    }

    private static ObjectNode data(Path run, Function<String, @Nullable String> picture, @Nullable Live live) {
        RunFolder folder = RunFolder.open(run);
        String settled = settled(run); // before anything is read: what changes from here on is seen as a change
        ObjectNode data = MAPPER.createObjectNode().put("kind", "run").put("name", name(run));
        Lines metrics = Lines.read(run.resolve(GROWING.get(0)));
        Lines spectra = Lines.read(run.resolve(GROWING.get(1)));
        Lines alarms = Lines.read(run.resolve(GROWING.get(2)));
        Lines verdicts = Lines.read(run.resolve(GROWING.get(3)));
        data.setAll(status(folder));
        String config = text(run.resolve(RunFolder.CONFIG));
        data.put("recipe", line(config, "name")).put("about", line(config, "about"));
        data.put("missing", Metrics.missing(run));
        data.set("measures", meanings());
        data.set("metrics", array(metrics.thinned(MOST_RECORDS, RunPage::isCheck)));
        data.set("spectra", array(spectra.thinned(MOST_SPECTRA, object -> false)));
        data.set("alarms", array(alarms));
        data.set("verdicts", array(verdicts));
        if (live != null
                && Files.isRegularFile(run.resolve(RunFolder.EVENTS))) { // a report has no paths, as it is shared
            data.put("tensorBoard", RunFolder.tensorBoard(run));
        }
        data.set("diagnosis", OldNames.renewed(json(run.resolve(RunFolder.DIAGNOSIS))));
        data.set("evaluation", json(run.resolve(EvaluationFile.NAME)));
        data.set("map", json(run.resolve("map.json")));
        data.put("config", config);
        data.putObject("pictures").put("map", picture.apply("map.png")).put("views", picture.apply("views.png"));
        if (live != null) {
            data.put(
                    "live",
                    "%s/events?after=%s&settled=%s"
                            .formatted(
                                    live.base(),
                                    Stream.of(metrics, spectra, alarms, verdicts)
                                            .map(lines -> String.valueOf(lines.end()))
                                            .collect(Collectors.joining("-")),
                                    settled));
        }
        return data;
    }

    /// The meaning of each measure of an embedding, by its key. The drawings show these meanings as notes.
    private static ObjectNode meanings() {
        ObjectNode meanings = MAPPER.createObjectNode();
        for (Measure measure : Measure.values()) {
            meanings.put(measure.key(), measure.meaning());
        }
        return meanings;
    }

    /// The records of a run for a page that draws several of them.
    public static ArrayNode records(Path run, int most) {
        return array(Lines.read(run.resolve(RunFolder.METRICS)).thinned(most, RunPage::isCheck));
    }

    /// The status of a run for pages and events: `status` in lower case, and `message`.
    public static ObjectNode status(RunFolder folder) {
        return MAPPER.createObjectNode().put("status", folder.status().label()).put("message", folder.message());
    }

    /// A stamp that changes when one of [#SETTLED] changes.
    public static String settled(Path run) {
        return stamps(run, SETTLED);
    }

    /// A stamp that changes when one of [#GROWING] changes.
    public static String grown(Path run) {
        return stamps(run, GROWING);
    }

    private static String stamps(Path run, List<String> names) {
        long stamp = 0;
        for (String name : names) {
            Path file = run.resolve(name);
            try {
                stamp = 31 * stamp + Files.getLastModifiedTime(file).toMillis() + 17 * Files.size(file);
            } catch (IOException e) {
                stamp = 31 * stamp; // not there
            }
        }
        return Long.toHexString(stamp);
    }

    /// Whether the record comes from a check. These records are few, so a shortened page keeps all of them.
    private static boolean isCheck(ObjectNode record) {
        return record.has("event") || record.has("knn") || record.has(Measure.RANKME.at("representation"));
    }

    private static String name(Path run) {
        return String.valueOf(run.toAbsolutePath().normalize().getFileName());
    }

    private static ArrayNode array(Lines lines) {
        return MAPPER.createArrayNode().addAll(lines.objects());
    }

    private static @Nullable JsonNode json(Path file) {
        String text = text(file);
        try {
            return text == null || !(MAPPER.readTree(text) instanceof ObjectNode object) ? null : object;
        } catch (JsonProcessingException e) {
            return null; // written by something else
        }
    }

    private static @Nullable String text(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return null; // an older run has no such file
        }
    }

    /// The value of a top-level key on one line. A heading needs nothing more from a recipe.
    private static @Nullable String line(@Nullable String yaml, String key) {
        if (yaml == null) {
            return null;
        }
        return yaml.lines()
                .filter(line -> line.startsWith(key + ": "))
                .map(line -> line.substring(key.length() + 2).strip())
                .map(value ->
                        value.length() > 1 && value.startsWith("\"") ? value.substring(1, value.length() - 1) : value)
                .findFirst()
                .orElse(null);
    }

    private static @Nullable String embedded(Path picture) {
        try {
            return "data:image/png;base64," + Base64.getEncoder().encodeToString(Files.readAllBytes(picture));
        } catch (IOException e) {
            return null;
        }
    }

    private static @Nullable String address(Path picture, Live live) {
        return Files.isRegularFile(picture) ? live.base() + "/" + picture.getFileName() : null;
    }
}
