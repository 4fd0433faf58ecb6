package org.fullrank.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.fullrank.diagnose.Measure;
import org.fullrank.engine.FullrankException;
import org.fullrank.page.Lines;
import org.fullrank.page.RunPage;
import org.fullrank.run.RunFolder;
import org.fullrank.run.RunSummary;
import org.fullrank.run.Runs;
import org.jspecify.annotations.Nullable;

/// The runs of a folder. A run is identified by the name of its folder. Many threads can use this list
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

    static String name(Path run) {
        return String.valueOf(run.getFileName());
    }

    /// The run of that name among the existing runs; null if there is none.
    @Nullable
    Path find(String name) {
        return runs().stream().filter(run -> name(run).equals(name)).findFirst().orElse(null);
    }

    List<String> names() {
        return runs().stream().map(RunList::name).toList();
    }

    private List<Path> runs() {
        if (RunFolder.isRun(folder)) {
            return List.of(folder);
        }
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> inside = Files.list(folder)) {
            return inside.filter(RunFolder::isRun).sorted().toList();
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

    private static ObjectNode read(Path run) {
        RunSummary summary = Runs.summary(run);
        ObjectNode row = MAPPER.createObjectNode()
                .put("name", name(run))
                .put("recipe", summary.recipe())
                .put("message", summary.message())
                .put("verdict", verdict(run))
                .put("step", summary.step());
        put(row, "loss", summary.values().get("loss"));
        put(row, "rankme", summary.values().get(Measure.RANKME.at("embedding")));
        put(row, "knn", summary.values().get("knn"));
        return row;
    }

    private static void put(ObjectNode row, String key, @Nullable Double value) {
        if (value != null) {
            row.put(key, value);
        }
    }

    /// The first collapse of the diagnosis, or its first verdict. If there is no diagnosis, it is an alarm.
    private static @Nullable String verdict(Path run) {
        String first = null;
        try {
            JsonNode file = MAPPER.readTree(Files.readAllBytes(run.resolve(RunFolder.DIAGNOSIS)));
            for (JsonNode diagnosis : file.path("diagnoses")) {
                for (JsonNode verdict : diagnosis.path("verdicts")) {
                    String title = verdict.path("title").asText();
                    if (verdict.path("collapse").asBoolean()) {
                        return title;
                    }
                    first = first == null ? title : first;
                }
            }
        } catch (IOException e) {
            first = null; // most runs that train have none yet
        }
        boolean alarmed = !Lines.read(run.resolve(RunFolder.ALARMS)).objects().isEmpty();
        return first == null && alarmed ? "alarm" : first;
    }
}
