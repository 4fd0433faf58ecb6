package org.fullrank.settings;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.fullrank.engine.InputException;
import org.jspecify.annotations.Nullable;

/// Finds the known name that is most similar to a misspelled name.
public final class Nearest {
    /// A name is similar if at most this share of its letters differs. This accepts typing errors and
    /// plurals, but not unrelated words. Names of more than four letters may always differ in two letters.
    public static final double NEAR_SHARE = 0.4;

    private static final int SHORT = 4;

    /// 12: more names than these hide a suggestion behind them.
    private static final int MANY = 12;

    private Nearest() {}

    /// The most similar of the known names, or null if none is similar. Case is ignored.
    public static @Nullable String of(String name, Collection<String> known) {
        @Nullable String best = null;
        int least = Integer.MAX_VALUE;
        for (String candidate : known) {
            int distance = distance(name.toLowerCase(Locale.ROOT), candidate.toLowerCase(Locale.ROOT));
            if (distance < least) {
                least = distance;
                best = candidate;
            }
        }
        int longest = Math.max(name.length(), best == null ? 0 : best.length());
        double allowed = longest <= SHORT ? 1 : Math.max(2, NEAR_SHARE * longest);
        return least <= allowed && least < longest ? best : null;
    }

    /// Words for an error message: `; did you mean NAME?`. They are empty if no known name is similar.
    public static String hint(String name, Collection<String> known) {
        String near = of(name, known);
        return near == null ? "" : "; did you mean " + near + "?";
    }

    /// The known names that are most similar to a name, best first, even if they are not very similar. Names are
    /// compared part by part, between hyphens: `simcler` is near `small-simclr`. After that, the number of letters
    /// to change in the whole name decides.
    public static List<String> list(String name, Collection<String> known, int count) {
        String lower = name.toLowerCase(Locale.ROOT);
        List<String> parts = List.of(lower.split("-"));
        return known.stream()
                .sorted(Comparator.comparingInt((String candidate) -> apart(parts, candidate))
                        .thenComparingInt(candidate -> distance(lower, candidate.toLowerCase(Locale.ROOT))))
                .limit(count)
                .toList();
    }

    /// Number of letters to change until each part is a part of the candidate.
    private static int apart(List<String> parts, String candidate) {
        List<String> others = List.of(candidate.toLowerCase(Locale.ROOT).split("-"));
        return parts.stream()
                .mapToInt(part -> others.stream()
                        .mapToInt(other -> distance(part, other))
                        .min()
                        .orElseThrow())
                .sum();
    }

    /// Refuses an unknown name.
    ///
    /// @param found the place of the name and its kind, such as `layers: found no layer`; the name follows
    /// @throws InputException when the name is not known. The message lists the known names and the nearest
    ///     one
    public static void require(String found, String name, Collection<String> known) {
        if (!known.contains(name)) {
            throw unknown(found, name, known);
        }
    }

    /// The error for an unknown name, as [#require] throws it. If there are many known names, the suggestion
    /// comes before them.
    public static InputException unknown(String found, String name, Collection<String> known) {
        String hint = hint(name, known);
        String names = String.join(", ", known);
        return new InputException(
                known.size() <= MANY || hint.isEmpty()
                        ? "%s %s, expected one of %s%s".formatted(found, name, names, hint)
                        : "%s %s%s Expected one of %s".formatted(found, name, hint, names));
    }

    /// Optimal string alignment: an insertion, a deletion, a substitution, and a swap of neighbors each cost
    /// one.
    static int distance(String a, String b) {
        int[][] cost = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    cost[i][j] = i + j;
                    continue;
                }
                int same = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                int least = Math.min(cost[i - 1][j - 1] + same, 1 + Math.min(cost[i - 1][j], cost[i][j - 1]));
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    least = Math.min(least, cost[i - 2][j - 2] + 1);
                }
                cost[i][j] = least;
            }
        }
        return cost[a.length()][b.length()];
    }
}
