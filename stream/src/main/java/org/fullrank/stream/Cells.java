package org.fullrank.stream;

import java.util.Locale;
import java.util.Set;

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
     * Whether a cell is neither a number nor missing. A missing cell is for example empty, {@code NA}, {@code ?} or
     * {@code inf}.
     */
    static boolean isText(String cell) {
        String text = cell.strip().toLowerCase(Locale.ROOT);
        boolean sign = text.startsWith("-") || text.startsWith("+");
        return !isNumber(cell) && !MISSING.contains(text) && !(sign && SIGNED.contains(text.substring(1)));
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
