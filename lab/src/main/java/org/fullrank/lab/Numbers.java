package org.fullrank.lab;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;

/// Formats numbers for pages.
final class Numbers {
    private static final int DIGITS = 5;
    private static final double SMALL = 1e-3;
    private static final double LARGE = 1e6;

    private Numbers() {}

    /// At most five significant digits, no trailing zeros; powers of ten for the very small and the very large.
    static String text(double value) {
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
        return plain(value, DIGITS);
    }

    /// At most so many significant digits, no trailing zeros, no power of ten.
    static String plain(double value, int digits) {
        BigDecimal rounded = new BigDecimal(value, new MathContext(digits)).stripTrailingZeros();
        return rounded.signum() == 0 ? "0" : rounded.toPlainString();
    }
}
