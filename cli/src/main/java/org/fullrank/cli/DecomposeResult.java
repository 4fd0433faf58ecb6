package org.fullrank.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;
import org.fullrank.decompose.Decomposition;
import org.fullrank.decompose.Observed;
import org.fullrank.decompose.RankSearch;
import org.fullrank.decompose.Reconstruction;
import org.fullrank.file.AtomicFile;
import org.fullrank.file.JsonFile;
import org.fullrank.file.NpyArray;
import org.fullrank.net.SignalShape;
import org.fullrank.page.DecompositionPage;
import org.fullrank.text.Numbers;
import org.fullrank.text.Table;
import org.jspecify.annotations.Nullable;

/// The result of `fullrank decompose` as files, as text and as JSON.
///
/// @param search the fit, and the ranks that were tried
/// @param table the fit and its rivals
/// @param truth entries without noise, row-major; null if they are unknown
record DecomposeResult(
        Observed data, RankSearch search, List<Reconstruction> table, float @Nullable [] truth, double seconds) {
    Decomposition fitted() {
        return search.best();
    }

    /// @param subject name of the tensor
    void write(Path folder, String subject) {
        Decomposition fitted = fitted();
        List<SignalShape> sides = fitted.sides(data);
        for (int k = 0; k < sides.size(); k++) {
            SignalShape side = sides.get(k);
            List<Integer> shape = side.height() == 1
                    ? List.of(side.width(), fitted.rank())
                    : List.of(side.height(), side.width(), fitted.rank());
            new NpyArray(shape, fitted.factors().get(k)).write(folder.resolve("factor%d.npy".formatted(k + 1)));
        }
        new NpyArray(data.shape(), table.getFirst().values()).write(folder.resolve("reconstruction.npy"));
        JsonFile.write(folder.resolve("decomposition.json"), json().values());
        AtomicFile.write(
                folder.resolve("page.html"),
                DecompositionPage.html(subject, data, fitted, table, search.tried(), truth));
    }

    /// The table and one line about the fit.
    String text() {
        var rows = new Table();
        rows.row(
                truth != null
                        ? List.of("method", "rank", "held-out loss", "PSNR")
                        : List.of("method", "rank", "held-out loss"));
        for (Reconstruction row : table) {
            var cells = new ArrayList<Object>(List.of(row.name(), row.rank(), Numbers.number(row.heldOut())));
            if (row.psnr() != null) {
                cells.add(String.format(Locale.ROOT, "%.2f dB", row.psnr()));
            }
            rows.row(cells);
        }
        return rows
                + "rank %d, best factors after %d of %d iterations, %s"
                        .formatted(
                                fitted().rank(),
                                fitted().iterations(),
                                fitted().losses().length,
                                Numbers.duration(seconds));
    }

    Json json() {
        Decomposition fitted = fitted();
        SequencedMap<String, Object> heldOut = new LinkedHashMap<>();
        SequencedMap<String, Object> ranks = new LinkedHashMap<>();
        SequencedMap<String, Object> psnr = new LinkedHashMap<>();
        for (Reconstruction row : table) {
            ranks.put(row.name(), row.rank());
            heldOut.put(row.name(), row.heldOut());
            if (row.psnr() != null) {
                psnr.put(row.name(), row.psnr());
            }
        }
        return new Json()
                .put("rank", fitted.rank())
                .put("iterations", fitted.iterations())
                .put("heldOut", fitted.heldOut())
                .put("psnr", psnr)
                .put("ranks", ranks)
                .put("heldOuts", heldOut)
                .put("excess", Double.isNaN(fitted.excess()) ? null : fitted.excess())
                .put("tried", search.tried())
                .put("steps", fitted.losses().length)
                .put("seconds", seconds);
    }
}
