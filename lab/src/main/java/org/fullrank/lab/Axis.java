package org.fullrank.lab;

import java.util.ArrayList;
import java.util.List;
import org.fullrank.text.Numbers;

/// An axis of a panel.
///
/// @param label the quantity in words, with its symbol and unit if it has them. See [Formula] for symbols
/// @param log whether it is logarithmic, base 10
/// @param from lower end; NaN means the lower end of the data
/// @param to upper end; NaN means the upper end of the data
record Axis(String label, boolean log, double from, double to) {
    private static final int TICKS = 6;

    static Axis linear(String label) {
        return new Axis(label, false, Double.NaN, Double.NaN);
    }

    static Axis log(String label) {
        return new Axis(label, true, Double.NaN, Double.NaN);
    }

    Axis between(double low, double high) {
        return new Axis(label, log, low, high);
    }

    /// This axis with both ends set. Missing ends are chosen to include the values, with a margin of 4 %.
    Axis around(double[] values) {
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        for (double value : values) {
            if (Double.isFinite(value) && !(log && value <= 0)) {
                low = Math.min(low, position(value));
                high = Math.max(high, position(value));
            }
        }
        if (low > high) {
            low = 0;
            high = 1;
        }
        double margin = high > low ? 0.04 * (high - low) : 0.5;
        return between(Double.isNaN(from) ? value(low - margin) : from, Double.isNaN(to) ? value(high + margin) : to);
    }

    /// The position of a value: 0 at the lower end and 1 at the upper end.
    double share(double value) {
        return (position(value) - position(from)) / (position(to) - position(from));
    }

    /// Values that get a label: multiples of 1, 2 or 5 times a power of ten, or powers of ten.
    List<Double> ticks() {
        List<Double> ticks = new ArrayList<>();
        double low = position(from);
        double high = position(to);
        double step = log ? Math.max(1, Math.ceil((high - low) / TICKS)) : step(high - low);
        for (double k = Math.ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; k++) {
            ticks.add(value(k * step));
        }
        return ticks;
    }

    /// The label of a tick, as a [Formula].
    String text(double tick) {
        long power = log ? Math.round(StrictMath.log10(tick)) : 0;
        return Math.abs(power) > 2 ? "10^" + power : Numbers.plain(tick, 4);
    }

    private static double step(double range) {
        double rough = range / TICKS;
        double power = StrictMath.pow(10, Math.floor(StrictMath.log10(rough)));
        double share = rough / power;
        return power * (share <= 1 ? 1 : share <= 2 ? 2 : share <= 5 ? 5 : 10);
    }

    private double position(double value) {
        return log ? StrictMath.log10(value) : value;
    }

    private double value(double position) {
        return log ? StrictMath.pow(10, position) : position;
    }
}
