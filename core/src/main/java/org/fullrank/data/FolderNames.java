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
            Pattern.compile("(?i:dcim|camera|camera roll)|[1-9]\\d\\d(?=[0-9_]*[A-Z])[A-Z0-9_]{5}");

    private FolderNames() {}

    /// A folder that may be a class.
    ///
    /// @param parent name of the folder around it
    record Folder(String parent, String name) {}

    /// What folders stand for if they are no classes: `dates` or `cameras`. More than half of them must look so.
    ///
    /// @param folders each once
    static Optional<String> noClasses(Collection<Folder> folders) {
        if (most(folders, FolderNames::isDate)) {
            return Optional.of("dates");
        }
        return most(folders, folder -> CAMERA.matcher(folder.name).matches())
                ? Optional.of("cameras")
                : Optional.empty();
    }

    private static boolean isDate(Folder folder) {
        return DATE.matcher(folder.name).matches()
                || folder.parent.matches(YEAR)
                        && MONTH_OF_YEAR.matcher(folder.name).matches();
    }

    private static boolean most(Collection<Folder> folders, Predicate<Folder> looksSo) {
        return 2 * folders.stream().filter(looksSo).count() > folders.size();
    }
}
