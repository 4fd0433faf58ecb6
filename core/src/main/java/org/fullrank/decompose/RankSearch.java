package org.fullrank.decompose;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Fits with increasing ranks. The fit with the smallest held-out loss is chosen. All fits hold out the same
/// entries.
///
/// @param best the chosen fit
/// @param tried ranks with their held-out losses, in ascending order of rank
public record RankSearch(Decomposition best, List<Tried> tried) {
    /// The search ends after this number of ranks without an improvement. A single worse rank may be chance.
    private static final int PATIENCE = 3;

    /// A rank and the smallest held-out loss of its fit.
    public record Tried(int rank, double heldOut) {}

    public RankSearch {
        tried = List.copyOf(tried);
    }

    /// Tries the ranks 1, 2, 4, 8, ... until the held-out loss has not improved for three ranks.
    ///
    /// @param settings the rank in these settings is replaced
    /// @param folder for the states of the fits; the fits continue from these states; null: none
    /// @param progress receives the steps of all fits; if it ends a fit, the search ends too
    public static RankSearch of(
            PartialTensor data, DecompositionSettings settings, @Nullable Path folder, FitProgress progress) {
        int most = DecompositionSettings.largestRank(settings.sides(data));
        var watched = new Watched(progress);
        var tried = new ArrayList<Tried>();
        Decomposition best = null;
        int bestAt = 0;
        for (int rank = 1; rank <= most && tried.size() - bestAt < PATIENCE && !watched.ended; rank *= 2) {
            Path state = folder == null ? null : state(folder, rank);
            Decomposition fitted = Decomposition.fit(data, settings.withRank(rank), state, watched);
            tried.add(new Tried(rank, fitted.heldOut()));
            if (best == null || fitted.heldOut() < best.heldOut()) {
                best = fitted;
                bestAt = tried.size();
            }
        }
        return new RankSearch(Objects.requireNonNull(best), tried); // rank 1 was tried
    }

    /// The file that holds the state of the fit of a rank.
    public static Path state(Path folder, int rank) {
        return folder.resolve("rank-%d.safetensors".formatted(rank));
    }

    /// Remembers whether `progress` ended a fit.
    private static final class Watched implements FitProgress {
        private final FitProgress progress;
        private boolean ended;

        Watched(FitProgress progress) {
            this.progress = progress;
        }

        @Override
        public boolean goesOn(Step step) {
            ended = !progress.goesOn(step);
            return !ended;
        }
    }
}
