package org.fullrank.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.fullrank.engine.InputException;
import org.jspecify.annotations.Nullable;

/// Time series of one shape in `.ts` files, see [SeriesFile]. The archives of UCR and UEA use this format. The
/// end of the name of a file, as in `GunPoint_TRAIN.ts`, gives its split.
///
/// @param parts the file of each split
/// @param notes decisions that were made automatically
record SeriesSource(Map<Split, Path> parts, List<String> notes) implements DataSource {
    /// The name of the data set, which may be missing, and the name of a split: after a separator, or in capitals
    /// after another letter or digit.
    private static final Pattern PART = Pattern.compile(
            "(?:(.*)[_-]|(.*[a-z0-9])(?=[A-Z]{2}))?" + "((?i:train|test|val|valid|validation))(?i:\\.ts(\\.gz)?)");

    /// Whether this is the name of a `.ts` file.
    static boolean named(String name) {
        return name.toLowerCase(Locale.ROOT).matches(".*\\.ts(\\.gz)?");
    }

    /// A file. If its name ends in `TRAIN`, the test split is the file beside it whose name ends in `TEST`.
    static SeriesSource ofFile(Path path) {
        Map<Split, Path> parts = new EnumMap<>(Split.class);
        parts.put(Split.TRAIN, path);
        Path test = testBeside(path);
        if (test == null) {
            return new SeriesSource(parts, List.of());
        }
        parts.put(Split.TEST, test);
        return new SeriesSource(parts, List.of("the test split is " + test.getFileName() + " beside " + path));
    }

    private static @Nullable Path testBeside(Path path) {
        String name = path.getFileName().toString();
        Matcher part = PART.matcher(name);
        if (!part.matches() || Split.ofFolder(part.group(3)).orElseThrow() != Split.TRAIN) {
            return null;
        }
        String word = Character.isLowerCase(part.group(3).charAt(0)) ? "test" : "TEST";
        Path test = path.resolveSibling(name.substring(0, part.start(3)) + word + name.substring(part.end(3)));
        return Files.isRegularFile(test) ? test : null;
    }

    /// The files of a folder.
    ///
    /// @throws InputException when they are not the splits of one data set
    static SeriesSource ofFolder(Path folder, List<Path> files) {
        Map<Split, Path> parts = new EnumMap<>(Split.class);
        List<String> sets = new ArrayList<>();
        List<String> notes = new ArrayList<>();
        for (Path file : files) {
            String name = file.getFileName().toString();
            Matcher part = PART.matcher(name);
            Optional<Split> split = part.matches() ? Split.ofFolder(part.group(3)) : Optional.empty();
            if (split.isEmpty() && files.size() > 1) {
                throw new InputException(
                        "data path %s holds %s, expected names that end in TRAIN or TEST; give one of the files"
                                .formatted(folder, name));
            }
            sets.add(split.isEmpty() ? name : name.substring(0, part.start(3)).replaceFirst("[_-]$", ""));
            if (files.size() == 1 && split.isPresent() && split.get() != Split.TRAIN) {
                notes.add(name + " is the only file, so it is the training split");
            }
            parts.putIfAbsent(files.size() == 1 ? Split.TRAIN : split.orElseThrow(), file);
        }
        if (sets.stream().distinct().count() > 1 || parts.size() < files.size()) {
            throw new InputException(
                    "data path %s holds %d series files of %s, expected the splits of one data set; give one of the files"
                            .formatted(
                                    folder,
                                    files.size(),
                                    String.join(
                                            ", ",
                                            sets.stream().distinct().limit(5).toList())));
        }
        return new SeriesSource(parts, notes);
    }

    @Override
    public String format() {
        return "time series";
    }

    @Override
    public String stamp() throws IOException {
        var stamp = new Stamp();
        for (Path file : parts.values()) {
            stamp.file(file);
        }
        return stamp.text();
    }

    @Override
    public void pack(PackWriter out) throws IOException {
        notes.forEach(out::note);
        var classes = new ClassNumbers(
                "series of " + parts.values().stream().map(Path::toString).collect(Collectors.joining(" and ")));
        Map<Split, Integer> labeled = new EnumMap<>(Split.class);
        SeriesShape shape = null;
        for (Map.Entry<Split, Path> part : parts.entrySet()) {
            int from = classes.rows();
            shape = read(part.getKey(), part.getValue(), shape, classes, out);
            if (classes.rows() > from) {
                labeled.put(part.getKey(), from);
            }
        }
        Labels labels = classes.labels();
        classes.notes().forEach(out::note);
        if (labels != null) {
            out.classNames(labels.names());
            labeled.forEach((split, from) ->
                    out.labels(split, Arrays.copyOfRange(labels.classes(), from, from + out.size(split))));
        }
    }

    /// Reads the series of a file.
    ///
    /// @param known the shape of the series in the files before; null for the first file
    /// @return the shape of the series
    private static @Nullable SeriesShape read(
            Split split, Path path, @Nullable SeriesShape known, ClassNumbers classes, PackWriter out)
            throws IOException {
        SeriesShape shape = known;
        try (var file = SeriesFile.open(path)) {
            if (file.hasTargets()) {
                out.note(path.getFileName() + ": @targetLabel is a number to predict, so the series have no class");
            }
            for (SeriesFile.Entry series = file.next(); series != null; series = file.next()) {
                shape = shape == null ? series.shape() : shape;
                if (!series.shape().equals(shape)) {
                    throw file.otherShape(series.shape(), shape);
                }
                out.series(split, shape, series.values());
                if (file.hasClasses()) {
                    classes.add(series.label());
                }
            }
        }
        return shape;
    }
}
