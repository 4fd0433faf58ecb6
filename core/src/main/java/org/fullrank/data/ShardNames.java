package org.fullrank.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.fullrank.engine.InputException;

/// Reads the names of shards, such as `imagenet-train-000012.tar`, `validation-00000-of-00004.parquet` and
/// `test/0000.parquet`.
final class ShardNames {
    private static final String ENDING = "(?i)\\.(tar|tar\\.gz|tgz|parquet)$";
    private static final Pattern NUMBERED = Pattern.compile("(.*[-_.])?\\d+");
    private static final Pattern LONG_NUMBER = Pattern.compile("(.*[-_.])?\\d{4,}");
    private static final Pattern COUNTED = Pattern.compile("(.*?)[-_]?(\\d+)-of-(\\d+)");

    private ShardNames() {}

    /// Whether this is the name of a tar.
    static boolean isTar(String name) {
        return name.toLowerCase(Locale.ROOT).matches(".*\\.(tar|tar\\.gz|tgz)");
    }

    /// Whether the name of a file says that it is one of several: the name ends in a number, or it is the
    /// name of a split.
    static boolean isShard(String path) {
        return NUMBERED.matcher(stem(path)).matches() || ofName(path).isPresent();
    }

    /// Whether the name ends in a number of at least four digits. Only shards have such names.
    static boolean isSurelyShard(String path) {
        return LONG_NUMBER.matcher(stem(path)).matches();
    }

    /// The split of each shard, in the order of their names. If no name has a split, all are the training
    /// split.
    ///
    /// @param paths relative to the folder
    /// @throws InputException when only some names have a split, or when the shards are in folders of several
    ///     data sets
    static SequencedMap<String, Split> splits(Path folder, List<String> paths) {
        Map<String, String> parents = new TreeMap<>();
        SequencedMap<String, Split> splits = new LinkedHashMap<>();
        String without = null;
        for (String path : paths.stream().sorted().toList()) {
            parents.put(parent(path), path);
            Optional<Split> split = of(path);
            split.ifPresent(found -> splits.put(path, found));
            without = split.isEmpty() ? path : without;
        }
        if (parents.size() > 1) {
            throw new InputException(
                    "data path %s holds shards in several folders, as %s, expected one data set; give one folder"
                            .formatted(folder, String.join(" and ", parents.values())));
        }
        if (without != null && !splits.isEmpty()) {
            throw new InputException(
                    "data path %s: the shard %s names no split, but %s does, expected train, val or test in all names or in none; rename it"
                            .formatted(folder, without, splits.firstEntry().getKey()));
        }
        if (splits.isEmpty()) {
            paths.stream().sorted().forEach(path -> splits.put(path, Split.TRAIN));
        }
        return splits;
    }

    /// The sets of shards that are incomplete by their names, such as `train-00001-of-00004`, one line each.
    static List<String> missing(Iterable<String> paths) {
        Map<String, Set<String>> found = new TreeMap<>();
        for (String path : paths) {
            Matcher counted = COUNTED.matcher(path.replaceFirst(ENDING, ""));
            if (counted.matches()) {
                found.computeIfAbsent(counted.group(1) + "-...-of-" + counted.group(3), _ -> new HashSet<>())
                        .add(counted.group(2));
            }
        }
        List<String> lines = new ArrayList<>();
        found.forEach((set, numbers) -> {
            String count = set.substring(set.lastIndexOf('-') + 1);
            if (!String.valueOf(numbers.size()).equals(count.replaceFirst("^0+(?=.)", ""))) {
                lines.add("only %d of the shards %s are there".formatted(numbers.size(), set));
            }
        });
        return lines;
    }

    private static String stem(String path) {
        return path.substring(path.lastIndexOf('/') + 1).replaceFirst(ENDING, "");
    }

    /// The split by the name of the file, or else by the closest folder that is a split.
    private static Optional<Split> of(String path) {
        Optional<Split> split = ofName(path);
        String[] folders = path.split("/");
        for (int i = folders.length - 2; i >= 0 && split.isEmpty(); i--) {
            split = Split.ofFolder(folders[i]);
        }
        return split;
    }

    private static Optional<Split> ofName(String path) {
        Set<Split> named = new HashSet<>();
        for (String part : stem(path).split("[-_.]")) {
            Split.ofFolder(part).ifPresent(named::add);
        }
        return named.size() == 1 ? Optional.of(named.iterator().next()) : Optional.empty();
    }

    /// The folders that are not splits.
    private static String parent(String path) {
        List<String> rest = new ArrayList<>();
        String[] parts = path.split("/");
        for (int i = 0; i < parts.length - 1; i++) {
            if (Split.ofFolder(parts[i]).isEmpty()) {
                rest.add(parts[i]);
            }
        }
        return String.join("/", rest);
    }
}
