package org.fullrank.data;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Gives each image its split and its class after the names of all images are known. The class comes from the
/// folders, from files beside the images, or from a list of labels.
///
/// Files beside the images give the classes of a split if at least half of its images have such a file, or if
/// the folders give no classes. A list of labels gives the classes if the folders give no classes. The
/// folders of a split give no classes in two cases: the images are in no folder, or all images are in one
/// folder that is not a class of the training split, such as `val/images` of Tiny ImageNet. Folders that are named
/// after dates or cameras give none either, unless [DataSpec#labelColumn] is [DataSpec#FOLDERS]. Images without any of
/// these sources have no class.
final class ImagePlacement {
    private static final String NO_CLASSES = "not taken as classes";

    private final Tree tree;
    private final List<String> images;
    private final LabelLists lists;
    private final Sidecars sidecars;
    private final List<Layout.Place> places;
    private final @Nullable String[] classes;

    private final @Nullable String note;

    /// @param images paths of the images in the order in which they were written
    ImagePlacement(Tree tree, List<String> images, LabelLists lists, Sidecars sidecars, DataSpec spec) {
        this.tree = tree;
        this.images = images;
        this.lists = lists;
        this.sidecars = sidecars;
        List<Layout.Place> found = tree.places(images);
        note = spec.readsNoClasses() || DataSpec.FOLDERS.equals(spec.labelColumn()) ? null : noClasses(found);
        places = note == null && !spec.readsNoClasses()
                ? found
                : found.stream()
                        .map(place -> new Layout.Place(place.split(), null))
                        .toList();
        classes = places.stream().map(Layout.Place::className).toArray(String[]::new);
    }

    /// Why the folders are no classes; null if they may be.
    private @Nullable String noClasses(List<Layout.Place> found) {
        Set<FolderNames.Folder> folders = new LinkedHashSet<>();
        for (int i = 0; i < found.size(); i++) {
            String name = found.get(i).className();
            if (name != null) {
                folders.add(new FolderNames.Folder(parent(images.get(i), name), name));
            }
        }
        return FolderNames.noClasses(folders)
                .map(kind -> "folders such as %s are named after %s and %s; --set data.labelColumn=%s takes them"
                        .formatted(folders.iterator().next().name(), kind, NO_CLASSES, DataSpec.FOLDERS))
                .orElse(null);
    }

    /// Whether a note says that folders are no classes.
    static boolean isAboutFolders(String note) {
        return note.contains(NO_CLASSES);
    }

    /// The name of the folder around a folder on the path of an image.
    private String parent(String image, String folder) {
        List<String> parts = List.of(image.split("/"));
        int at = parts.indexOf(folder);
        return at > 0
                ? parts.get(at - 1)
                : String.valueOf(tree.root().toAbsolutePath().getFileName());
    }

    /// Places all images and names the classes.
    void place(PackWriter out) {
        if (note != null) {
            out.note(note);
        }
        Set<String> trained = folders(Split.TRAIN);
        Set<Split> labeled = new HashSet<>();
        Map<Integer, String> beside = new LinkedHashMap<>();
        boolean listedTraining = false; // then a folder that all splits share is no class
        for (Map.Entry<Split, List<Integer>> part : splits().entrySet()) {
            Set<String> folders = folders(part.getKey());
            boolean one = folders.size() == 1 && part.getValue().stream().allMatch(i -> classes[i] != null);
            boolean foreign = part.getKey() != Split.TRAIN && trained.size() > 1 && !trained.containsAll(folders);
            boolean silent = folders.isEmpty() || one && (foreign || trained.size() < 2);
            boolean listed = readSidecars(part.getKey(), part.getValue(), silent, beside, out);
            if (silent && !listed) {
                listed = readList(part.getKey(), part.getValue(), one && (foreign || listedTraining), out);
            }
            listedTraining |= part.getKey() == Split.TRAIN && listed;
            if (!silent && !listed) {
                labeled.add(part.getKey());
            }
        }
        number(beside, out);
        sidecars.notes(images).forEach(out::note);
        List<String> names = names(!beside.isEmpty());
        Map<String, Integer> numbers = new HashMap<>();
        names.forEach(name -> numbers.put(name, numbers.size()));
        out.classNames(names);
        out.distribute((i, path) -> {
            Split split = places.get(i).split();
            if (split == null || (classes[i] == null && labeled.contains(split))) {
                out.skip(path, "it lies outside the folders of the " + (split == null ? "splits" : "classes"));
                return null;
            }
            String name = classes[i];
            return new PackWriter.Placed(
                    split, name == null ? Labels.UNLABELED : Objects.requireNonNull(numbers.get(name)));
        });
    }

    /// Collects the classes that files beside these images give.
    ///
    /// @param silent whether the folders give no classes
    /// @param beside text of the class of each image; empty for none
    /// @return whether these files give the classes of the split
    private boolean readSidecars(
            Split split, List<Integer> items, boolean silent, Map<Integer, String> beside, PackWriter out) {
        List<String> paths = items.stream().map(images::get).toList();
        Map<String, String> found = sidecars.classes(paths);
        if (found.isEmpty()) {
            return false;
        }
        if (!silent && 2 * found.size() < items.size()) {
            out.note("%s split: the folders are the classes; %d files beside images say something else or the same"
                    .formatted(split.label(), found.size()));
            return false;
        }
        sidecars.requireOwn(tree, paths);
        items.forEach(i -> beside.put(i, found.getOrDefault(images.get(i), "")));
        out.note(
                "%s split: the classes are those of %d files beside the images".formatted(split.label(), found.size()));
        return true;
    }

    /// Numbers the classes of all splits together, and decides which labels mean that there is no class.
    private void number(Map<Integer, String> beside, PackWriter out) {
        var numbers = new ClassNumbers("data path " + tree.root() + ", files beside the images");
        beside.values().forEach(numbers::add);
        Labels labels = numbers.labels();
        numbers.notes().forEach(out::note);
        int row = 0;
        for (int item : beside.keySet()) {
            int label = labels == null ? Labels.UNLABELED : labels.classes()[row++];
            classes[item] = labels == null || label == Labels.UNLABELED
                    ? null
                    : labels.names().get(label);
        }
    }

    /// Takes the classes from a list of labels. If there is no list, images in a folder that is not a class
    /// have no label.
    ///
    /// @return whether there is a list
    private boolean readList(Split split, List<Integer> items, boolean foreign, PackWriter out) {
        List<String> paths = items.stream().map(images::get).toList();
        Optional<LabelLists.Found> any = lists.find(split, paths);
        Optional<LabelLists.Found> list = any.filter(found -> found.covers(paths.size()));
        if (list.isEmpty()) {
            any.ifPresent(found -> out.note("%s split: %s was not read, because it names %d of %d images, expected half"
                    .formatted(split.label(), found.path(), found.classes().size(), paths.size())));
        }
        if (list.isPresent()) {
            Map<String, String> found = list.get().classes();
            Map<String, Integer> counts = new HashMap<>();
            found.values().forEach(label -> counts.merge(label, 1, Integer::sum));
            NoLabel none = NoLabel.among(counts);
            items.forEach(i -> {
                String label = found.get(images.get(i));
                classes[i] = label == null || none.labels().contains(label) ? null : label;
            });
            none.notes().forEach(note -> out.note("%s split: %s".formatted(split.label(), note)));
            out.note("%s split: the classes are those of %s"
                    .formatted(split.label(), list.get().path()));
        } else if (foreign) {
            out.note(
                    "%s split: all images lie in one folder, %s, which is no class of the training split; they have no labels"
                            .formatted(split.label(), classes[items.getFirst()]));
            items.forEach(i -> classes[i] = null);
        }
        return list.isPresent();
    }

    private Map<Split, List<Integer>> splits() {
        Map<Split, List<Integer>> splits = new EnumMap<>(Split.class);
        for (int i = 0; i < places.size(); i++) {
            Split split = places.get(i).split();
            if (split != null) {
                splits.computeIfAbsent(split, _ -> new ArrayList<>()).add(i);
            }
        }
        return splits;
    }

    /// The folders of a split that may be classes.
    private Set<String> folders(Split split) {
        Set<String> names = new TreeSet<>();
        for (Layout.Place place : places) {
            if (place.split() == split && place.className() != null) {
                names.add(place.className());
            }
        }
        return names;
    }

    /// @param numbered whether names are sorted by value if all of them are whole numbers
    private List<String> names(boolean numbered) {
        Set<String> names = new TreeSet<>();
        for (int i = 0; i < classes.length; i++) {
            if (classes[i] != null && places.get(i).split() != null) {
                names.add(classes[i]);
            }
        }
        boolean numbers = numbered && names.stream().allMatch(name -> name.matches("[-+]?\\d+"));
        return names.stream()
                .sorted(numbers ? Comparator.comparing(BigInteger::new) : Comparator.<String>naturalOrder())
                .toList();
    }
}
