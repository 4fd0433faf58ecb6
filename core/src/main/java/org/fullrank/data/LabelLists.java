package org.fullrank.data;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.fullrank.file.CsvTable;

/// Text files next to images that give each image its class, such as `labels.csv` with columns `file` and
/// `label`, or `val_annotations.txt` of Tiny ImageNet. A row names an image by its path, its file name, or
/// its file name without the extension.
final class LabelLists {
    /// Size limit of a list of labels. It is enough for about a million rows.
    static final int MAX_BYTES = 1 << 26;

    /// Limit for the total bytes of all kept texts. If there are more, the smaller texts are dropped. A list
    /// that names half of the images is larger than the caption of a single image.
    static final long MOST_KEPT_BYTES = 1 << 28;

    /// Approximate memory of a kept text, apart from its content.
    private static final int OVERHEAD_BYTES = 128;

    private static final Set<String> LABEL_NAMES = Set.of("label", "class", "target", "y", "category");
    private static final int SAMPLED = 100;

    private final long mostKept;
    private final List<Listed> lists = new ArrayList<>();
    private long kept;
    private int dropped;

    private record Listed(String path, String text) {
        long bytes() {
            return text.length() + OVERHEAD_BYTES;
        }
    }

    LabelLists() {
        this(MOST_KEPT_BYTES);
    }

    /// @param mostKept as [#MOST_KEPT_BYTES]
    LabelLists(long mostKept) {
        this.mostKept = mostKept;
    }

    /// The classes that one list gives.
    ///
    /// @param path of the list
    /// @param classes class of each image by its path; it lacks images that the list does not name
    record Found(String path, Map<String, String> classes) {
        /// Whether the list names at least half of these images. Then it counts as their list.
        boolean covers(int images) {
            return 2 * classes.size() >= images;
        }
    }

    /// Whether a file may be a list of labels.
    static boolean named(Tree.Entry entry) {
        String name = entry.name().toLowerCase(Locale.ROOT);
        return entry.size() <= MAX_BYTES && (name.endsWith(".csv") || name.endsWith(".tsv") || name.endsWith(".txt"));
    }

    /// Keeps a text that may be a list.
    void add(String path, byte[] content) {
        var list = new Listed(path, new String(content, StandardCharsets.UTF_8));
        lists.add(list);
        kept += list.bytes();
        if (kept > mostKept) {
            lists.sort(Comparator.comparingLong(Listed::bytes).reversed().thenComparing(Listed::path));
            while (kept > mostKept / 2 && lists.size() > 1) { // half of them, so that sorting is rare
                kept -= lists.removeLast().bytes();
                dropped++;
            }
        }
    }

    /// Number of texts that were dropped because there are too many beside the images.
    int dropped() {
        return dropped;
    }

    /// The list that names most of these images. [Found#covers] says whether it names enough of them. The
    /// list must be in their folder or in a folder above. Its name must not be the name of another split,
    /// because each split may use the same file names. If two lists name equally many images, the one in the
    /// nearer folder is used.
    Optional<Found> find(Split split, List<String> images) {
        Map<String, String> keys = keys(images);
        Set<String> stems = images.stream().map(Sidecars::stem).collect(Collectors.toSet());
        Found best = null;
        for (Listed list : lists) {
            boolean caption = stems.contains(Sidecars.stem(list.path)); // the text of one image
            if (caption || !belongs(list.path, split, images)) {
                continue;
            }
            Found found = new Found(list.path, classes(list.text, keys));
            boolean more = best == null
                    || found.classes.size() > best.classes.size()
                    || found.classes.size() == best.classes.size() && depth(list.path) > depth(best.path);
            if (!found.classes.isEmpty() && more) {
                best = found;
            }
        }
        return Optional.ofNullable(best);
    }

    private static boolean belongs(String list, Split split, List<String> images) {
        String folder = list.substring(0, list.lastIndexOf('/') + 1);
        String stem = list.substring(folder.length()).replaceFirst("\\..*$", "");
        boolean another = Split.ofFolder(stem).filter(named -> named != split).isPresent();
        return !another && images.stream().allMatch(image -> image.startsWith(folder));
    }

    private static long depth(String path) {
        return path.chars().filter(c -> c == '/').count();
    }

    /// The image for each path, file name and file name without extension. A name that fits two images is
    /// left out.
    private static Map<String, String> keys(List<String> images) {
        Map<String, String> keys = new HashMap<>();
        Set<String> twice = new HashSet<>();
        for (String image : images) {
            String name = image.substring(image.lastIndexOf('/') + 1);
            for (String key : new HashSet<>(List.of(image, name, name.replaceFirst("\\.[^.]*$", "")))) {
                String other = keys.putIfAbsent(key, image);
                if (other != null) {
                    twice.add(key);
                }
            }
        }
        twice.forEach(keys::remove);
        return keys;
    }

    private static Map<String, String> classes(String text, Map<String, String> keys) {
        List<List<String>> rows = rows(text);
        Map<String, String> classes = new HashMap<>();
        if (rows.isEmpty()) {
            return classes;
        }
        int image = imageColumn(rows, keys);
        int label = image < 0 ? -1 : labelColumn(rows, image);
        if (label < 0) {
            return classes;
        }
        for (List<String> row : rows) {
            String path = image < row.size() ? keys.get(plain(row.get(image))) : null;
            if (path != null && label < row.size() && !row.get(label).isBlank()) {
                classes.put(path, row.get(label).strip());
            }
        }
        return classes;
    }

    private static List<List<String>> rows(String text) {
        String first = text.lines().findFirst().orElse("");
        char separator =
                first.indexOf('\t') >= 0 ? '\t' : first.indexOf(',') >= 0 ? ',' : first.indexOf(';') >= 0 ? ';' : ' ';
        List<List<String>> rows = new ArrayList<>();
        try (CsvReader<CsvRecord> csv = CsvReader.builder()
                .fieldSeparator(separator)
                .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
                .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
                .detectBomHeader(true)
                .ofCsvRecord(text)) {
            csv.forEach(row -> rows.add(row.getFields()));
        } catch (CsvParseException | IOException e) {
            return List.of(); // some other text, such as a README
        }
        return rows;
    }

    /// The column whose cells name images; -1 if there is none.
    private static int imageColumn(List<List<String>> rows, Map<String, String> keys) {
        List<List<String>> sample = rows.subList(0, Math.min(SAMPLED, rows.size()));
        int best = -1;
        long most = 0;
        for (int c = 0; c < rows.getFirst().size(); c++) {
            int column = c;
            long known = sample.stream()
                    .filter(row -> column < row.size() && keys.containsKey(plain(row.get(column))))
                    .count();
            if (known > most) {
                best = c;
                most = known;
            }
        }
        return best;
    }

    /// The label column: the column with the name of a label, otherwise the only other column, otherwise the
    /// only other column of text; -1 if there is none.
    private static int labelColumn(List<List<String>> rows, int image) {
        List<String> head = rows.getFirst();
        List<Integer> texts = new ArrayList<>();
        for (int c = 0; c < head.size(); c++) {
            if (c != image && LABEL_NAMES.contains(head.get(c).strip().toLowerCase(Locale.ROOT))) {
                return c;
            }
            if (c != image
                    && CsvTable.isText(
                            rows.getLast().size() > c ? rows.getLast().get(c) : "")) {
                texts.add(c);
            }
        }
        return head.size() == 2 ? 1 - image : texts.size() == 1 ? texts.getFirst() : -1;
    }

    private static String plain(String cell) {
        String path = cell.strip().replace('\\', '/');
        return path.startsWith("./") ? path.substring(2) : path;
    }
}
