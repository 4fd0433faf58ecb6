package org.fullrank.file;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The reason why a cell that looks like a number is not one.
public enum NumberSlip {
    /// For example `1,234.5`, `1.234.567`, `1.234,5`, `1'234` or `1 234`.
    THOUSANDS(
            "[-+]?\\d{1,3}([,'\u2019 \u00A0\u2009\u202F]\\d{3})+(\\.\\d+)?"
                    + "|[-+]?\\d{1,3}(\\.\\d{3}){2,}"
                    + "|[-+]?\\d{1,3}([.'\u2019 \u00A0\u2009\u202F]\\d{3})+,\\d+",
            "it has marks between thousands: write the digits without them"),
    /// As `1,5`.
    DECIMAL_COMMA("[-+]?\\d+,\\d+([eE][-+]?\\d+)?", "it has a decimal comma: write a decimal point");

    private final Pattern pattern;
    private final String remedy;

    NumberSlip(String pattern, String remedy) {
        this.pattern = Pattern.compile(pattern);
        this.remedy = remedy;
    }

    /// The slip in a cell; null if there is none. The cell `1,234` is understood as a number with a separator
    /// of thousands.
    public static @Nullable NumberSlip of(String cell) {
        String text = cell.strip();
        for (NumberSlip slip : values()) {
            if (slip.pattern.matcher(text).matches()) {
                return slip;
            }
        }
        return null;
    }

    /// What is wrong, and what to write instead.
    public String remedy() {
        return remedy;
    }
}
