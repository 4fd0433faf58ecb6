package org.fullrank.stream;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Parses cells of text as numbers, and formats cells for error messages. */
final class Cells {
    private static final Set<String> SIGNED = Set.of("nan", "inf", "infinity");
    private static final Set<String> MISSING = Set.of(
            "",
            "nan",
            "na",
            "n/a",
            "#n/a",
            "#n/a n/a",
            "#na",
            "<na>",
            "nat",
            "null",
            "<null>",
            "nil",
            "none",
            "?",
            ".",
            "\\n",
            "1.#ind",
            "-1.#ind",
            "1.#qnan",
            "-1.#qnan",
            "inf",
            "infinity");
    /** As {@code 1,234.5}, {@code 1.234.567}, {@code 1.234,5}, {@code 1'234} or {@code 1 234}. */
    private static final Pattern THOUSANDS =
            Pattern.compile("[-+]?\\d{1,3}([,'\u2019 \u00A0\u2009\u202F]\\d{3})+(\\.\\d+)?"
                    + "|[-+]?\\d{1,3}(\\.\\d{3}){2,}"
                    + "|[-+]?\\d{1,3}([.'\u2019 \u00A0\u2009\u202F]\\d{3})+,\\d+");

    private static final Pattern DECIMAL_COMMA = Pattern.compile("[-+]?\\d+,\\d+([eE][-+]?\\d+)?");
    private static final int SHOWN = 40;

    private Cells() {}

    /** The number in a cell; NaN if there is none. */
    static float number(String cell) {
        String text = cell.strip();
        if (text.isEmpty() || Character.isLetter(text.charAt(text.length() - 1))) {
            return Float.NaN; // Java's suffixes d and f are no part of a number
        }
        try {
            return Float.parseFloat(text);
        } catch (NumberFormatException e) {
            return Float.NaN;
        }
    }

    static boolean isNumber(String cell) {
        return !Float.isNaN(number(cell));
    }

    /**
     * Whether a cell is neither missing nor meant as a number. A missing cell is for example empty, {@code NA}, {@code ?} or
     * {@code inf}.
     */
    static boolean isText(String cell) {
        String text = cell.strip().toLowerCase(Locale.ROOT);
        boolean sign = text.startsWith("-") || text.startsWith("+");
        boolean infinite = sign && SIGNED.contains(text.substring(1));
        return !isNumber(cell) && !MISSING.contains(text) && !infinite && slip(cell) == null;
    }

    /** Why a cell that looks like a number is none, with the remedy; null if it does not look like one. */
    static @Nullable String slip(String cell) {
        String text = cell.strip();
        if (THOUSANDS.matcher(text).matches()) {
            return "it has marks between thousands: write the digits without them";
        }
        return DECIMAL_COMMA.matcher(text).matches() ? "it has a decimal comma: write a decimal point" : null;
    }

    /** What was expected of a cell that is not a finite number. */
    static String expected(String cell, String remedy) {
        String slip = slip(cell);
        return "a finite number; " + (slip == null ? remedy : slip);
    }

    /** The beginning of a cell, without control characters. */
    static String shown(String cell) {
        String begin = cell.length() > SHOWN ? cell.substring(0, SHOWN) + "..." : cell;
        return begin.replaceAll("\\p{Cntrl}", "?");
    }

    static void requirePositive(String subject, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(
                    "%s: found %d, expected at least 1; correct it".formatted(subject, value));
        }
    }
}
