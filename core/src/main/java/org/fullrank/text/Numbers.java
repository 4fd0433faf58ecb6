package org.fullrank.text;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;

/// Formats numbers for people. All printed numbers have one of these forms, except coordinates of drawings.
public final class Numbers {
    /// Significant digits of [#number(double)]. They are more than the uncertainty of an estimate justifies.
    public static final int DIGITS = 4;

    /// Significant digits of [#compact(double)], because pages of the lab compare numbers with closed forms.
    private static final int COMPACT_DIGITS = 5;

    private static final double SMALL = 1e-3;
    private static final double LARGE = 1e6;

    private Numbers() {}

    /// Four significant digits: see [#number(double, int)].
    public static String number(double value) {
        return number(value, DIGITS);
    }

    /// A number with `digits` significant digits: `0.1235`, `12.35`, `1235`. Whole numbers have no decimals.
    /// Numbers below 0.001, and numbers from a million on, have a power of ten: `1.23e-05`. NaN is printed as
    /// `-`, because there is no value.
    public static String number(double value, int digits) {
        if (Double.isNaN(value)) {
            return "-";
        }
        double size = Math.abs(value);
        if (value == Math.rint(value) && size < LARGE) {
            return String.valueOf((long) value);
        }
        return size >= LARGE || size < SMALL
                ? String.format(Locale.ROOT, "%.2e", value)
                : new BigDecimal(value).round(new MathContext(digits)).toPlainString();
    }

    /// At most five significant digits without trailing zeros. Powers of ten are as short as possible: `0.5`,
    /// `1.2e-5`.
    public static String compact(double value) {
        if (!Double.isFinite(value)) {
            return Double.toString(value);
        }
        double size = Math.abs(value);
        if (size != 0 && (size < SMALL || size >= LARGE)) {
            return String.format(Locale.ROOT, "%.2e", value)
                    .replaceFirst("\\.?0*e", "e")
                    .replace("e-0", "e-")
                    .replace("e+0", "e")
                    .replace("e+", "e");
        }
        return plain(value, COMPACT_DIGITS);
    }

    /// At most `digits` significant digits without trailing zeros, never with a power of ten.
    public static String plain(double value, int digits) {
        BigDecimal rounded = new BigDecimal(value, new MathContext(digits)).stripTrailingZeros();
        return rounded.signum() == 0 ? "0" : rounded.toPlainString();
    }

    /// About four digits with a nearly constant width, for a line that is overwritten in the terminal:
    /// `0.500`, `12.50`, `1235`, `1.23e-05`.
    public static String steady(double value) {
        double size = Math.abs(value);
        if (size != 0 && (size < 0.1 || size >= LARGE) && Double.isFinite(value)) {
            return String.format(Locale.ROOT, "%.2e", value);
        }
        int decimals = size < 10 ? 3 : size < 100 ? 2 : size < 1000 ? 1 : 0;
        return String.format(Locale.ROOT, "%." + decimals + "f", value);
    }

    /// A share as a percentage: `12.3 %`.
    public static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f %%", 100 * share);
    }

    /// A number of things: `1 step`, `3 steps`.
    ///
    /// @param thing its name in the singular; the plural has an s more
    public static String count(long number, String thing) {
        return number + " " + thing + (number == 1 ? "" : "s");
    }

    /// A p-value: three decimals, or `< 0.001`.
    public static String pValue(double p) {
        return p < 0.001 ? "< 0.001" : String.format(Locale.ROOT, "%.3f", p);
    }

    /// A time in words: `42 s`, `12 min`, `3 h 20 min`.
    public static String duration(double seconds) {
        if (seconds < 100) {
            return String.format(Locale.ROOT, "%.0f s", seconds);
        }
        long minutes = Math.round(seconds / 60);
        return minutes < 100 ? minutes + " min" : minutes / 60 + " h " + minutes % 60 + " min";
    }

    /// A size in memory or on disk: `512 bytes`, `3 KiB`, `12 MiB`, `1.5 GiB`.
    public static String bytes(double bytes) {
        if (bytes < 1 << 10) {
            return String.format(Locale.ROOT, "%.0f bytes", bytes);
        }
        if (bytes < 1 << 20) {
            return String.format(Locale.ROOT, "%.0f KiB", bytes / (1 << 10));
        }
        return bytes < 1L << 30
                ? String.format(Locale.ROOT, "%.0f MiB", bytes / (1 << 20))
                : String.format(Locale.ROOT, "%.1f GiB", bytes / (1 << 30));
    }
}
