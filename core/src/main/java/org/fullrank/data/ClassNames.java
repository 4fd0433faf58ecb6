package org.fullrank.data;

import java.math.BigDecimal;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/// Decides which spellings name one class.
///
/// Two spellings are one class when they are the same text by Unicode (one composed, one decomposed), or the
/// same number (`0` and `0.0`). Spellings that differ only in upper and lower case are two classes unless the
/// user says otherwise.
final class ClassNames {
    private static final Pattern DECIMAL =
            Pattern.compile("[-+]?\\d{1,15}(\\.\\d{0,15}([eE][-+]?\\d{1,2})?|[eE][-+]?\\d{1,2})");

    private ClassNames() {}

    /// Names without their doubles.
    ///
    /// @param names one spelling of each class, in the order in which the classes first occur
    /// @param place new number of each old name
    /// @param notes one line for each class with several spellings
    record Joined(List<String> names, int[] place, List<String> notes) {}

    /// Replaces all spellings of a class by its first spelling.
    static Joined join(List<String> names, boolean ignoreCase) {
        Map<String, Integer> places = new LinkedHashMap<>();
        List<String> kept = new ArrayList<>();
        List<String> notes = new ArrayList<>();
        int[] place = new int[names.size()];
        for (int i = 0; i < place.length; i++) {
            String name = names.get(i);
            String key = ignoreCase ? folded(name) : key(name);
            Integer known = places.putIfAbsent(key, kept.size());
            if (known == null) {
                place[i] = kept.size();
                kept.add(name);
            } else {
                place[i] = known;
                notes.add("class '%s' was joined with class '%s': %s"
                        .formatted(name, kept.get(known), why(name, kept.get(known))));
            }
        }
        return new Joined(List.copyOf(kept), place, List.copyOf(notes));
    }

    /// The first of `names` that differs from one of `others` only in upper and lower case, and this other
    /// name.
    static Optional<Map.Entry<String, String>> alike(Collection<String> names, Collection<String> others) {
        Map<String, String> known = new HashMap<>();
        others.forEach(other -> known.putIfAbsent(folded(other), other));
        return names.stream()
                .filter(name -> known.containsKey(folded(name)))
                .findFirst()
                .map(name -> Map.entry(name, Objects.requireNonNull(known.get(folded(name)))));
    }

    private static String why(String name, String other) {
        if (name.equalsIgnoreCase(other)) {
            return "they differ only by case";
        }
        return isDecimal(name) || isDecimal(other) ? "they are one number" : "they are one text in Unicode";
    }

    private static String key(String name) {
        return isDecimal(name) ? number(name) : Normalizer.normalize(name, Normalizer.Form.NFC);
    }

    private static boolean isDecimal(String name) {
        return DECIMAL.matcher(name).matches();
    }

    private static String number(String name) {
        BigDecimal value = new BigDecimal(name).stripTrailingZeros();
        return value.scale() <= 0 ? value.toBigInteger().toString() : value.toPlainString();
    }

    private static String folded(String name) {
        return key(name).toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT);
    }
}
