package org.fullrank.compare;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.fullrank.engine.InputException;
import org.fullrank.run.RunFolder;
import org.fullrank.settings.Nearest;
import org.fullrank.text.Numbers;

/// The candidates and seeds of a comparison. Each candidate is trained with each seed.
///
/// @param candidates the candidates, each with a different label
/// @param seeds seeds of the trainings, all different
/// @param reference label of the candidate that the others are tested against
/// @param folder folder of the comparison. The runs are in its subfolders `runs/<label>-seed<seed>`
public record Grid(List<Candidate> candidates, List<Long> seeds, String reference, Path folder) {
    public Grid {
        candidates = List.copyOf(candidates);
        seeds = List.copyOf(seeds);
        if (candidates.isEmpty() || seeds.isEmpty()) {
            throw new InputException("comparison: found %s and %s, expected at least one of each"
                    .formatted(Numbers.count(candidates.size(), "recipe"), Numbers.count(seeds.size(), "seed")));
        }
        List<String> labels = candidates.stream().map(Candidate::label).toList();
        requireOnce(labels, "label", "; name them, as in first=RECIPE second=RECIPE,key=value");
        requireOnce(seeds, "seed", "; name each once");
        Nearest.require("comparison: found reference", reference, labels);
    }

    private static <T> void requireOnce(List<T> values, String what, String remedy) {
        Set<T> seen = new HashSet<>();
        for (T value : values) {
            if (!seen.add(value)) {
                throw new InputException(
                        "comparison: found %s %s twice, expected different ones%s".formatted(what, value, remedy));
            }
        }
    }

    /// All trainings. The first seed of every candidate comes before the second seed of any candidate.
    public List<Cell> cells() {
        List<Cell> cells = new ArrayList<>();
        for (long seed : seeds) {
            for (Candidate candidate : candidates) {
                cells.add(cell(candidate, seed));
            }
        }
        return cells;
    }

    private Cell cell(Candidate candidate, long seed) {
        Path run = folder.resolve(RunFolder.COMPARED).resolve(candidate.label() + "-seed" + seed);
        return new Cell(candidate.label(), candidate.recipe().withSeed(seed), run);
    }
}
