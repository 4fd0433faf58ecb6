package org.fullrank.independence;

import java.util.function.DoubleUnaryOperator;

/// Brent's method for the minimum of a function of one variable: the next point is the minimum of a parabola
/// through the three best points. Where the parabola is no good, it is a golden section of the larger part of
/// the interval. Source: Brent 1973, "Algorithms for minimization without derivatives", chapter 5.
final class Brent {
    private static final double GOLDEN = (3 - Math.sqrt(5)) / 2;

    private final DoubleUnaryOperator value;
    private final double precision;
    private double low;
    private double high;

    /// The best point, the second best, and the one that was the second best before.
    private Point best;

    private Point second;
    private Point third;

    /// The last step, and the one before it.
    private double step;

    private double before;

    private record Point(double at, double value) {}

    private Brent(DoubleUnaryOperator value, double low, double start, double high, double precision) {
        this.value = value;
        this.precision = precision / 2; // the search ends when no point is farther than twice this from the best one
        this.low = low;
        this.high = high;
        best = new Point(start, value.applyAsDouble(start));
        second = best;
        third = best;
    }

    /// The place of a local minimum between `low` and `high`.
    ///
    /// @param start the first point, between them
    /// @param precision largest error, above 0
    static double minimum(DoubleUnaryOperator value, double low, double start, double high, double precision) {
        var search = new Brent(value, low, start, high, precision);
        while (Math.max(search.high - search.best.at, search.best.at - search.low) > 2 * search.precision) {
            search.next();
        }
        return search.best.at;
    }

    private void next() {
        double parabola = parabola();
        double bound = before;
        before = step;
        double at = best.at + parabola;
        if (Math.abs(parabola) < Math.abs(bound) / 2 && at > low && at < high) {
            step = at - low < 2 * precision || high - at < 2 * precision
                    ? Math.copySign(precision, (low + high) / 2 - best.at)
                    : parabola;
        } else {
            before = best.at < (low + high) / 2 ? high - best.at : low - best.at;
            step = GOLDEN * before;
        }
        at = best.at + (Math.abs(step) >= precision ? step : Math.copySign(precision, step));
        place(new Point(at, value.applyAsDouble(at)));
    }

    /// The step from the best point to the minimum of the parabola through the three points; infinite if there
    /// is none.
    private double parabola() {
        double r = (best.at - second.at) * (best.value - third.value);
        double q = (best.at - third.at) * (best.value - second.value);
        double p = (best.at - third.at) * q - (best.at - second.at) * r;
        double scale = 2 * (q - r);
        return scale == 0 ? Double.POSITIVE_INFINITY : -p / scale;
    }

    private void place(Point next) {
        if (next.value <= best.value) {
            if (next.at < best.at) {
                high = best.at;
            } else {
                low = best.at;
            }
            third = second;
            second = best;
            best = next;
            return;
        }
        if (next.at < best.at) {
            low = next.at;
        } else {
            high = next.at;
        }
        if (next.value <= second.value || second.at == best.at) {
            third = second;
            second = next;
        } else if (next.value <= third.value || third.at == best.at || third.at == second.at) {
            third = next;
        }
    }
}
