package org.fullrank.preflight;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.ToDoubleFunction;
import org.fullrank.engine.Scope;
import org.fullrank.method.Method;
import org.fullrank.method.Method.TermGradient;
import org.fullrank.preflight.PreflightCheck.Finding;
import org.fullrank.run.Recipe;
import org.fullrank.settings.Yaml;

/// The share of each weighted loss term in the gradient before the first step. The share is the norm of the
/// term's gradient, divided by the sum of these norms over all terms. There are two shares: one with respect
/// to the embeddings, and one with respect to the parameters of the encoder.
final class TermShares {
    static final String NAME = "gradient-share";

    /// A term whose share is below this value is reported. Some terms, such as a covariance, are small at
    /// first and grow when the embedding spreads out. This also happens with built-in recipes, so it is not a
    /// fault.
    static final double SMALL = 0.01;

    /// Below this share a term has no effect, because its gradient is smaller than the differences between
    /// batches. The smallest share of any term in a built-in recipe is forty times as large. It is the
    /// decorrelation term of `small-lpl-local`.
    static final double NOTHING = 1e-5;

    /// The suggested share for a term without effect. A tenth of the gradient has an effect, but does not
    /// dominate.
    static final double WANTED = 0.1;

    private TermShares() {}

    /// Measures the shares over `batches` batches of `rows` items at the initial weights.
    static PreflightCheck of(Rehearsal rehearsal, int rows, int batches) {
        var sums = new LinkedHashMap<String, TermGradient>();
        try (Method network = rehearsal.network()) {
            for (int b = 0; b < batches; b++) {
                try (var scope = Scope.open()) {
                    network.termGradients(rehearsal.batch(b, rows), rehearsal.chunks(rows), b)
                            .forEach((term, g) -> sums.merge(
                                    term,
                                    g,
                                    (x, y) -> new TermGradient(
                                            x.embeddings() + y.embeddings(), x.encoder() + y.encoder(), x.setting())));
                }
            }
        }
        return judge(sums, key -> setting(rehearsal.recipe(), key));
    }

    /// The value of a numeric key of a recipe.
    private static double setting(Recipe recipe, String key) {
        try {
            return new ObjectMapper()
                    .readTree(Yaml.json(recipe))
                    .at("/" + key.replace('.', '/'))
                    .asDouble();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /// @param gradients gradients of each term, summed over batches
    /// @param settings the value of a key of the recipe
    static PreflightCheck judge(SequencedMap<String, TermGradient> gradients, ToDoubleFunction<String> settings) {
        double embeddings = gradients.values().stream()
                .mapToDouble(TermGradient::embeddings)
                .sum();
        double encoder =
                gradients.values().stream().mapToDouble(TermGradient::encoder).sum();
        var figures = new LinkedHashMap<String, Double>();
        var small = new ArrayList<String>();
        var changes = new ArrayList<String>();
        String ruling = "";
        Finding finding = Finding.FINE;
        for (var term : gradients.entrySet()) {
            double atEmbeddings = share(term.getValue().embeddings(), embeddings);
            double atEncoder = share(term.getValue().encoder(), encoder);
            figures.put(term.getKey() + ".embeddings", atEmbeddings);
            figures.put(term.getKey() + ".encoder", atEncoder);
            double most = Math.max(atEmbeddings, atEncoder);
            ruling = gradients.size() > 1 && Math.min(atEmbeddings, atEncoder) > 1 - SMALL ? term.getKey() : ruling;
            if (most < SMALL) {
                finding = finding.or(most < NOTHING ? Finding.WRONG : Finding.CONSIDER);
                small.add("%s has %s %% of the gradient".formatted(term.getKey(), PreflightReport.number(100 * most)));
                if (most < NOTHING) {
                    change(term.getValue(), encoder, settings).ifPresent(changes::add);
                }
            }
        }
        if (!Double.isFinite(encoder) || encoder == 0) {
            String what = encoder == 0 ? "no gradient reaches the encoder" : "the gradient is not finite";
            return PreflightCheck.of(NAME, Finding.WRONG, figures, what + ": nothing can be learned from this loss");
        }
        return new PreflightCheck(NAME, finding, figures, why(gradients.size(), small, ruling), changes);
    }

    private static double share(double part, double sum) {
        return sum == 0 ? 0 : part / sum;
    }

    private static String why(int terms, List<String> small, String ruling) {
        if (terms == 1) {
            return "the loss has one term: nothing to balance";
        }
        if (small.isEmpty()) {
            return "every term has an effect: at least %s %% of the gradient before the first step"
                    .formatted(PreflightReport.number(100 * SMALL));
        }
        return String.join("; ", small)
                + (ruling.isEmpty() ? "" : ", " + ruling + " more than 99 %")
                + "; its effect before the first step is small: check in the log whether it grows when the embedding"
                + " spreads";
    }

    /// The weight with which a term has the share [#WANTED] of the encoder's gradient.
    private static Optional<String> change(TermGradient gradient, double sum, ToDoubleFunction<String> settings) {
        double others = sum - gradient.encoder();
        if (gradient.setting() == null || gradient.encoder() <= 0 || others <= 0) {
            return Optional.empty();
        }
        String key = "method." + gradient.setting();
        double factor = WANTED / (1 - WANTED) * others / gradient.encoder();
        return Optional.of(key + "=" + String.format(Locale.ROOT, "%.2g", settings.applyAsDouble(key) * factor));
    }
}
