package org.fullrank.diagnose;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.fullrank.objective.Relaxation;
import org.fullrank.spectral.OptimumDistance;
import org.fullrank.spectral.OptimumDistance.Mode;
import org.fullrank.spectral.OptimumDistance.Optimum;
import org.fullrank.spectral.OptimumSearch;
import org.fullrank.spectral.SpectralObjective;
import org.fullrank.text.Numbers;
import org.fullrank.text.Table;

/// How far the embedding of a run is from the optimum of the closed form of its objective.
///
/// @param objective name of the run's objective
/// @param views number of views of each item; each view is a row
/// @param relaxation the closed form
/// @param distance what was found
public record OptimumReport(String objective, int views, Relaxation relaxation, OptimumDistance distance) {
    /// Modes that the text lists. JSON has all.
    private static final int MOST_MODES = 8;

    /// Printed numbers are rounded to multiples of this. The eigenvectors are less exact.
    private static final double ROUNDING = 1e-10;

    private int items() {
        return distance.rows() / views;
    }

    /// The closed form as a formula.
    String formula() {
        return switch (relaxation.form()) {
            case SpectralObjective.Vicreg vicreg ->
                vicreg.normalized()
                        ? "vicreg, |Cov(Z) - I|^2 + 2 gamma tr(Z' L Z) / N with gamma %s"
                                .formatted(Numbers.number(vicreg.beta() / 2))
                        : "vicreg, |Z' J Z - I|^2 + beta tr(Z' L Z) with beta %s"
                                .formatted(Numbers.number(vicreg.beta()));
            case SpectralObjective.Contrastive _ -> "contrastive, |Z Z' - (G + I)|^2";
            case SpectralObjective.SpectralContrastive _ ->
                "spectral-contrastive, -2 sum w_ij z_i.z_j + sum w_i w_j (z_i.z_j)^2";
            case SpectralObjective.BarlowTwins _ -> "barlow-twins, |C - I|^2 of whitened embeddings";
        };
    }

    /// A section for a terminal: several lines, each with a line end.
    public String text() {
        String settings = relaxation.settings().isEmpty() ? "" : ", " + relaxation.settings();
        String factor = relaxation.scaleIsFree() ? ": " + number(distance.scale()) : "";
        var text = new StringBuilder();
        text.append("optimum: the embeddings of the same rows that are best for %s, found by eigenvectors\n"
                .formatted(objective));
        text.append(DiagnosisText.paragraph(
                "  rows         ",
                "%d: %d views of each of %d items, related to each other".formatted(distance.rows(), views, items())));
        text.append(DiagnosisText.paragraph("  closed form  ", formula() + settings));
        text.append(DiagnosisText.paragraph("  scale        ", relaxation.scale() + factor));
        text.append(DiagnosisText.paragraph(
                "  embedding    ",
                "loss %s; %d of %d directions are above %s of the strongest"
                        .formatted(
                                number(distance.loss()),
                                distance.rank(),
                                distance.width(),
                                Numbers.compact(OptimumSearch.RANK_CUT))));
        text.append('\n').append(optima());
        distance.optima().forEach(optimum -> {
            text.append(modes(optimum.over() + ": modes that the embedding lacks", optimum.missing()));
            text.append(
                    modes(optimum.over() + ": modes that the embedding has and the optimum drops", optimum.extra()));
        });
        text.append('\n').append(legend(views - 1));
        notes().forEach(note -> text.append(note).append('\n'));
        return text.toString();
    }

    /// A number without rounding errors: what is 0 in exact arithmetic is printed as 0.
    private static String number(double value) {
        return Numbers.number(Double.isNaN(value) ? value : Math.rint(value / ROUNDING) * ROUNDING + 0.0);
    }

    private String optima() {
        var table = new Table();
        table.row("  best among", "minimum", "gap", "modes", "lacks", "extra", "in reach", "median angle", "largest");
        for (Optimum optimum : distance.optima()) {
            table.row(
                    "  " + optimum.over(),
                    number(optimum.minimum()),
                    number(distance.gap(optimum)),
                    optimum.kept().size(),
                    optimum.missing().size(),
                    optimum.extra().size(),
                    Numbers.percent(optimum.inside()),
                    degrees(optimum.medianAngle()),
                    degrees(optimum.largestAngle()));
        }
        return table.toString();
    }

    private static String degrees(double angle) {
        return Double.isNaN(angle) ? "-" : Numbers.steady(angle) + " deg";
    }

    private static String modes(String title, List<Mode> modes) {
        if (modes.isEmpty()) {
            return "";
        }
        var table = new Table();
        table.row("  mode", "graph eigenvalue", "kept length", "spanned");
        for (Mode mode : modes.subList(0, Math.min(MOST_MODES, modes.size()))) {
            table.row(
                    "  " + mode.number(), number(mode.graph()), number(mode.length()), Numbers.percent(mode.spanned()));
        }
        int more = modes.size() - MOST_MODES;
        return "\n%s\n%s%s".formatted(title, table, more > 0 ? "  and %d more; --json has all\n".formatted(more) : "");
    }

    /// What is special about these figures: sentences.
    private List<String> notes() {
        var notes = new ArrayList<String>();
        if (distance.optima().stream().anyMatch(optimum -> distance.gap(optimum) < -ROUNDING)) {
            notes.add("A gap below 0: the embedding is not such a map, and is better than the best of them.");
        }
        if (distance.optima().stream().anyMatch(optimum -> optimum.directions() == 0)) {
            notes.add("No modes: the representation is the same for all rows, so no map of it tells them apart.");
        }
        if (!relaxation.form().ignoresMean()) {
            notes.add("The maps of the representation have no bias. It could matter: this objective sees the mean.");
        }
        return notes;
    }

    private static String legend(int unrelated) {
        return """
                A mode is a direction in which items differ. Its graph eigenvalue is 0 if the views of an item agree in
                it, and near %d if they are unrelated. The embedding has a mode if it spans at least half of it.
                gap        loss of the embedding minus the minimum, 0 at the optimum
                modes      of the optimum; lacks: those that the embedding has not; extra: those that only it has
                in reach   share of the embedding's directions that such embeddings can have
                angles     between the column spaces of the embedding and the optimum, 0 where they agree
                """.formatted(unrelated);
    }

    /// For JSON.
    public SequencedMap<String, Object> toMap() {
        var map = new LinkedHashMap<String, Object>();
        map.put("objective", objective);
        map.put("closedForm", formula());
        map.put("settings", relaxation.settings());
        map.put("scaleRule", relaxation.scale());
        map.put("items", items());
        map.put("views", views);
        map.putAll(distance.toMap());
        map.put("notes", notes());
        return map;
    }
}
