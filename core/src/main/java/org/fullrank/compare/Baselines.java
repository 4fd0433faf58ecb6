package org.fullrank.compare;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.UUID;
import org.fullrank.data.DataSpec;
import org.fullrank.data.Dataset;
import org.fullrank.data.TrainTest;
import org.fullrank.engine.JobException;
import org.fullrank.file.JsonFile;
import org.fullrank.probe.ProbeTable;
import org.fullrank.probe.Protocol;
import org.fullrank.probe.RawInput;
import org.fullrank.run.Recipe;
import org.jspecify.annotations.Nullable;

/// The baselines of a comparison. The baselines are measured once and saved in the subfolder `baselines`. The
/// raw input is measured once per protocol, and the untrained encoder once per seed, encoder and views.
final class Baselines {
    private static final String FOLDER = "baselines";

    private final Path folder;
    private final Protocol protocol;
    private final boolean wanted;

    Baselines(Path folder, Protocol protocol, boolean wanted) {
        this.folder = folder;
        this.protocol = protocol;
        this.wanted = wanted;
    }

    boolean lacksUntrained(Recipe recipe) {
        return wanted && !Files.exists(untrained(recipe));
    }

    void saveUntrained(Recipe recipe, Score score) {
        FolderFiles.locked(folder, () -> JsonFile.write(made(untrained(recipe)), score));
    }

    /// Measures the raw input. The logistic regression takes minutes on tens of thousands of images. So
    /// another process waits for the result instead of measuring it again.
    void measureRaw(DataSpec spec, ComparisonListener listener) {
        if (!wanted) {
            return;
        }
        FolderFiles.locked(folder, () -> {
            if (Files.exists(raw())) {
                return;
            }
            listener.note("evaluating raw input");
            try (Dataset data = Dataset.open(spec)) {
                TrainTest items = data.forEvaluation();
                var splits = RawInput.of(items.train(), items.test());
                JsonFile.write(made(raw()), Score.of(ProbeTable.probe(ProbeTable.RAW, splits, protocol)));
            }
        });
    }

    /// The measured scores by name. They are those of the raw input and of each kind of untrained encoder
    /// among the candidates, with one score for each seed.
    SequencedMap<String, List<Score>> scores(Grid grid) {
        var scores = new LinkedHashMap<String, List<Score>>();
        if (!wanted) {
            return scores;
        }
        @Nullable Score raw = JsonFile.read(raw(), Score.class);
        if (raw != null) {
            scores.put(ProbeTable.RAW, List.of(raw));
        }
        SequencedMap<String, List<Candidate>> kinds = new LinkedHashMap<>();
        for (Candidate candidate : grid.candidates()) {
            kinds.computeIfAbsent(kind(candidate.recipe().withSeed(0)), k -> new ArrayList<>())
                    .add(candidate);
        }
        for (Map.Entry<String, List<Candidate>> kind : kinds.entrySet()) {
            Candidate first = kind.getValue().getFirst();
            List<Score> found = grid.seeds().stream()
                    .map(seed -> JsonFile.read(untrained(first.recipe().withSeed(seed)), Score.class))
                    .filter(Objects::nonNull)
                    .map(Objects::requireNonNull)
                    .toList();
            if (!found.isEmpty()) {
                scores.put(ProbeTable.UNTRAINED + (kinds.size() == 1 ? "" : " of " + first.label()), found);
            }
        }
        return scores;
    }

    private Path raw() {
        return folder.resolve(FOLDER).resolve("raw-" + protocol.hash() + ".json");
    }

    private Path untrained(Recipe recipe) {
        String key = UUID.nameUUIDFromBytes(kind(recipe).getBytes(StandardCharsets.UTF_8))
                .toString()
                .substring(0, 8);
        return folder.resolve(FOLDER).resolve("untrained-%s-seed%d.json".formatted(key, recipe.seed()));
    }

    /// Everything that affects the features of an untrained encoder, except the data.
    private String kind(Recipe recipe) {
        return protocol.hash() + recipe.encoder() + recipe.views();
    }

    private static Path made(Path file) {
        try {
            Files.createDirectories(Objects.requireNonNull(file.getParent()));
            return file;
        } catch (IOException e) {
            throw new JobException("cannot make the folder of %s: %s; make it writable".formatted(file, e), e);
        }
    }
}
