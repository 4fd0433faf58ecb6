package org.fullrank.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.fullrank.diagnose.Measure;
import org.fullrank.engine.FullrankException;
import org.fullrank.page.Lines;
import org.fullrank.page.RunPage;
import org.fullrank.run.EvaluationFile;
import org.fullrank.run.RunFolder;
import org.fullrank.run.RunSummary;
import org.fullrank.run.Runs;
import org.jspecify.annotations.Nullable;

/// The runs of a folder. A run is identified by its path in the folder. Many threads can use this list
/// safely. They share its cache.
final class RunList {
    private static final long FRESH_NANOS = 400_000_000L; // shorter than the pause of an event stream
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final Path folder;
    private final Map<Path, Row> known = new HashMap<>();
    private ArrayNode rows = MAPPER.createArrayNode();
    private long readAt = Long.MIN_VALUE;

    /// The values of a run, and the state of its files when they were read.
    private record Row(String files, ObjectNode values) {}

    /// @param folder may be missing, or may be a run itself
    RunList(Path folder) {
        this.folder = folder.toAbsolutePath().normalize();
    }

    Path folder() {
        return folder;
    }

    /// The name of a run: its path in the folder. A run of a comparison has slashes in its name.
    String name(Path run) {
        Path inside = folder.relativize(run);
        return inside.toString().isEmpty()
                ? String.valueOf(run.getFileName())
                : inside.toString().replace(File.separatorChar, '/');
    }

    /// The run of that name among the existing runs; null if there is none.
    @Nullable
    Path find(String name) {
        return runs().stream().filter(run -> name(run).equals(name)).findFirst().orElse(null);
    }

    List<String> names() {
        return runs().stream().map(this::name).toList();
    }

    private List<Path> runs() {
        try {
            return Runs.paths(folder);
        } catch (IOException e) {
            return List.of(); // the folder vanished meanwhile
        }
    }

    /// One object for each run, not older than half a second. The caller must not change it.
    synchronized ArrayNode rows() {
        long now = System.nanoTime();
        if (readAt == Long.MIN_VALUE || now - readAt > FRESH_NANOS) {
            ArrayNode fresh = MAPPER.createArrayNode();
            List<Path> runs = runs();
            known.keySet().retainAll(runs);
            for (Path run : runs) {
                ObjectNode row = row(run);
                if (row != null) {
                    fresh.add(row);
                }
            }
            rows = fresh;
            readAt = now;
        }
        return rows;
    }

    private @Nullable ObjectNode row(Path run) {
        try (RunFolder opened = RunFolder.open(run)) {
            String files = RunPage.settled(run) + RunPage.grown(run);
            Row row = known.get(run);
            if (row == null || !row.files.equals(files)) {
                row = new Row(files, read(run));
                known.put(run, row);
            }
            return row.values.deepCopy().put("status", opened.status().label());
        } catch (FullrankException e) {
            return null; // it vanished meanwhile
        }
    }

    private ObjectNode read(Path run) {
        RunSummary summary = Runs.summary(run);
        ObjectNode row = MAPPER.createObjectNode()
                .put("name", name(run))
                .put("recipe", summary.recipe())
                .put("message", summary.message())
                .put("verdict", verdict(run))
                .put("step", summary.step());
        put(row, "loss", summary.values().get("loss"));
        put(row, "rankme", summary.values().get(Measure.RANKME.at("embedding")));
        put(row, "onlineKnn", summary.values().get("knn"));
        row.setAll((ObjectNode) MAPPER.valueToTree(summary.time().toMap()));
        row.set("losses", MAPPER.valueToTree(summary.losses()));
        accuracies(run).forEach(row::put);
        return row;
    }

    private static void put(ObjectNode row, String key, @Nullable Double value) {
        if (value != null) {
            row.put(key, value);
        }
    }

    private static Map<String, Double> accuracies(Path run) {
        try {
            return EvaluationFile.accuracies(run);
        } catch (FullrankException e) {
            return Map.of(); // written by something else
        }
    }

    /// The first collapse of the diagnosis, or its first verdict. If there is no diagnosis yet, it is that of the
    /// latest check; otherwise an alarm.
    private static @Nullable String verdict(Path run) {
        String first = null;
        for (JsonNode diagnosis : diagnoses(run)) {
            for (JsonNode verdict : diagnosis.path("verdicts")) {
                String title = verdict.path("title").asText();
                if (verdict.path("collapse").asBoolean()) {
                    return title;
                }
                first = first == null ? title : first;
            }
        }
        boolean alarmed = !Lines.read(run.resolve(RunFolder.ALARMS)).objects().isEmpty();
        return first == null && alarmed ? "alarm" : first;
    }

    private static Iterable<? extends JsonNode> diagnoses(Path run) {
        try {
            return MAPPER.readTree(Files.readAllBytes(run.resolve(RunFolder.DIAGNOSIS)))
                    .path("diagnoses");
        } catch (IOException e) {
            // Most runs that train have none yet.
            List<ObjectNode> checks =
                    Lines.read(run.resolve(RunFolder.VERDICTS)).objects();
            return checks.stream()
                    .filter(check -> check.path("step").equals(checks.getLast().path("step")))
                    .toList();
        }
    }
}
