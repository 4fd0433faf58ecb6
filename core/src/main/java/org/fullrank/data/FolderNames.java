package org.fullrank.data;

import java.util.Collection;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/// Tells folders that sort photos by time or camera from folders that are classes.
///
/// | kind | examples |
/// | --- | --- |
/// | dates | `2023`, `2023-05`, `20230512`, `2023-05-12 birthday`, `05-2023`, `May`, `May 2023`; `05` and `05 May` in a
/// year |
/// | cameras | `DCIM`, `Camera`, `100CANON` (the folders of the standard DCF) |
final class FolderNames {
    private static final String YEAR = "(19|20)\\d\\d";
    private static final String MONTH = "(0[1-9]|1[0-2])";
    private static final String DAY = "(0[1-9]|[12]\\d|3[01])";
    private static final String MONTH_NAME = "(january|february|march|april|may|june|july|august|september|october"
            + "|november|december|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)";
    private static final String GAP = "[-_. ]";

    private static final Pattern DATE = Pattern.compile("(?i)%s|%s%s?%s(%s?%s)?(%s.*)?|%s%s%s|%s(%s?%s)?"
            .formatted(YEAR, YEAR, GAP, MONTH, GAP, DAY, GAP, MONTH, GAP, YEAR, MONTH_NAME, GAP, YEAR));
    private static final Pattern MONTH_OF_YEAR = Pattern.compile("(?i)%s(%s.*)?".formatted(MONTH, GAP));
    private static final Pattern CAMERA =
            Pattern.compile("(?i)dcim|camera|camera roll|[1-9]\\d\\d(?=\\d*[a-z_])[a-z0-9_]{5}");

    private FolderNames() {}

    /// What folders stand for if they are no classes: `dates` or `cameras`. More than half of them must look so.
    ///
    /// @param names of the folders, each once
    /// @param parent name of the folder around them
    static Optional<String> noClasses(Collection<String> names, String parent) {
        boolean inYear = parent.matches(YEAR);
        if (most(
                names,
                name -> isDate(name) || inYear && MONTH_OF_YEAR.matcher(name).matches())) {
            return Optional.of("dates");
        }
        return most(names, name -> CAMERA.matcher(name).matches()) ? Optional.of("cameras") : Optional.empty();
    }

    private static boolean isDate(String name) {
        return DATE.matcher(name).matches();
    }

    private static boolean most(Collection<String> names, Predicate<String> looksSo) {
        return 2 * names.stream().filter(looksSo).count() > names.size();
    }
}
