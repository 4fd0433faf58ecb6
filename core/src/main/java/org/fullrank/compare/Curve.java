package org.fullrank.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.fullrank.run.MetricRecord;
import org.fullrank.stats.MeanAndSpread;

/// A metric over the steps of a training, with its spread over seeds.
///
/// @param points in the order of their steps
record Curve(List<Point> points) {
    /// Largest number of points. A small chart cannot show more.
    private static final int MOST_POINTS = 150;

    /// @param spread mean and standard deviation over the seeds that recorded the metric at this step
    record Point(long step, MeanAndSpread spread) {}

    Curve {
        points = List.copyOf(points);
    }

    /// The curve of a metric in `metrics.jsonl` over all trainings of a row. Values that are not finite are
    /// left out.
    static Curve of(Row row, String metric) {
        var values = new TreeMap<Long, List<Double>>();
        for (TrainingOutcome outcome : row.outcomes()) {
            for (MetricRecord record : outcome.records()) {
                double value = record.values().getOrDefault(metric, Double.NaN);
                if (Double.isFinite(value)) {
                    values.computeIfAbsent(record.step(), step -> new ArrayList<>())
                            .add(value);
                }
            }
        }
        List<Point> points = new ArrayList<>();
        int every = Math.max(1, Math.ceilDiv(values.size(), MOST_POINTS));
        int i = 0;
        for (Map.Entry<Long, List<Double>> step : values.entrySet()) {
            if (i++ % every == 0 || i == values.size()) {
                points.add(new Point(step.getKey(), MeanAndSpread.of(step.getValue(), v -> v)));
            }
        }
        return new Curve(points);
    }

    boolean isEmpty() {
        return points.isEmpty();
    }
}
