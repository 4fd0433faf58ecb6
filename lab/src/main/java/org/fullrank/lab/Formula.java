package org.fullrank.lab;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Text of a figure with symbols, as SVG. Names of Greek letters become letters, `x_y` gets a subscript, and
/// `x^2` a superscript.
final class Formula {
    private static final Map<String, String> GREEK = Map.ofEntries(
            Map.entry("alpha", "α"),
            Map.entry("beta", "β"),
            Map.entry("gamma", "γ"),
            Map.entry("delta", "δ"),
            Map.entry("epsilon", "ε"),
            Map.entry("eta", "η"),
            Map.entry("lambda", "λ"),
            Map.entry("mu", "μ"),
            Map.entry("rho", "ρ"),
            Map.entry("sigma", "σ"),
            Map.entry("tau", "τ"));

    private static final Pattern LETTER =
            Pattern.compile("(?<![A-Za-z])(" + String.join("|", GREEK.keySet()) + ")(?![A-Za-z])");
    private static final Pattern RAISED = Pattern.compile("([_^])(\\p{L}+|-?\\d+)([^_^]*)");
    private static final int SMALL = 9;
    private static final int RISE = 4;

    private Formula() {}

    /// The text with Greek letters.
    static String letters(String text) {
        return LETTER.matcher(text).replaceAll(name -> GREEK.get(name.group(1)));
    }

    /// The content of an SVG text element. It has no markup but its own.
    static String svg(String text) {
        String escaped =
                letters(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
        Matcher matcher = RAISED.matcher(escaped);
        return matcher.replaceAll(found -> {
            int down = found.group(1).equals("_") ? RISE : -RISE;
            String after =
                    found.group(3).isEmpty() ? "" : "<tspan dy=\"%d\">%s</tspan>".formatted(-down, found.group(3));
            return Matcher.quoteReplacement(
                    "<tspan dy=\"%d\" font-size=\"%d\">%s</tspan>%s".formatted(down, SMALL, found.group(2), after));
        });
    }

    /// About the number of letters that it takes in a line.
    static int width(String text) {
        return letters(text).replaceAll("[_^]", "").length();
    }
}
