package org.fullrank.compare;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.fullrank.diagnose.Measure;
import org.fullrank.page.Html;
import org.fullrank.stats.MeanAndSpread;
import org.jspecify.annotations.Nullable;

/// The page of a comparison: one HTML file that needs no other files. The page contains the table, the results
/// as points with error bars, the curves of each recipe, and the full protocol.
final class ComparisonPage {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    /// Metrics that the page draws: their names on the page, with their keys in `metrics.jsonl`.
    private static final Map<String, String> METRICS =
            Map.of("loss", "loss", "knn", "knn", "rankme", Measure.RANKME.at("representation"));

    private ComparisonPage() {}

    static String of(ComparisonReport report) {
        Sheet sheet = report.sheet();
        ObjectNode data = MAPPER.createObjectNode()
                .put("kind", "comparison")
                .put("hash", report.protocol().hash())
                .put("reference", report.reference().candidate().label());
        data.set("head", MAPPER.valueToTree(sheet.head()));
        data.set("rows", MAPPER.valueToTree(sheet.rows()));
        data.set("legend", MAPPER.valueToTree(Sheet.LEGEND));
        data.set("remarks", MAPPER.valueToTree(report.remarks()));
        data.set("protocol", MAPPER.valueToTree(report.protocol().fields()));
        data.set("measures", measures(report));
        long steps = 1;
        ArrayNode recipes = data.putArray("recipes");
        for (Row row : report.rows()) {
            ObjectNode recipe = recipes.addObject().put("label", row.candidate().label());
            ObjectNode curves = recipe.putObject("curves");
            for (Map.Entry<String, String> metric : METRICS.entrySet()) {
                Curve curve = Curve.of(row, metric.getValue());
                curves.set(metric.getKey(), points(curve));
                steps = Math.max(
                        steps, curve.isEmpty() ? 1 : curve.points().getLast().step());
            }
        }
        return Html.alone("Fullrank comparison", data.put("steps", steps));
    }

    /// For each measure, the values of each recipe and baseline, in the unit of the table.
    private static ArrayNode measures(ComparisonReport report) {
        ArrayNode measures = MAPPER.createArrayNode();
        for (ComparedMeasure figure : ComparedMeasure.values()) {
            ObjectNode measure = measures.addObject().put("title", figure.title());
            ArrayNode rows = measure.putArray("rows");
            for (Row row : report.rows()) {
                List<Double> values = row.measured().stream().map(figure::shown).toList();
                rows.add(measure(row.candidate().label(), values, false));
            }
            ToDoubleFunction<Score> score = figure.score();
            if (score != null) {
                report.baselines()
                        .forEach((name, scores) -> rows.add(measure(
                                name,
                                scores.stream()
                                        .map(one -> 100 * score.applyAsDouble(one))
                                        .toList(),
                                true)));
            }
        }
        return measures;
    }

    private static ObjectNode measure(String label, List<Double> values, boolean baseline) {
        MeanAndSpread spread = MeanAndSpread.of(values, Double::doubleValue);
        ObjectNode row = MAPPER.createObjectNode().put("label", label).put("quiet", baseline);
        row.put("mean", finite(spread.mean())).put("std", finite(spread.std()));
        row.set(
                "values",
                MAPPER.valueToTree(values.stream().filter(Double::isFinite).toList()));
        return row;
    }

    private static @Nullable Double finite(double value) {
        return Double.isFinite(value) ? value : null;
    }

    private static ArrayNode points(Curve curve) {
        ArrayNode points = MAPPER.createArrayNode();
        for (Curve.Point point : curve.points()) {
            double std = point.spread().n() < 2 ? 0 : point.spread().std();
            points.addObject()
                    .put("step", point.step())
                    .put("mean", point.spread().mean())
                    .put("std", std);
        }
        return points;
    }
}
