package org.fullrank.data;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Gives each image its split and its class, once the names of all images are known: by the [Layout] of the
/// folders, and by a list of labels where the folders say nothing.
///
/// The folders of a split say nothing when its images have no folder, or all lie in one folder that is no
/// class of the training split, as `val/images` of Tiny ImageNet. Without a list of labels such images have
/// no class.
final class ImagePlacement {
    private final List<String> images;
    private final LabelLists lists;
    private final Layout layout;
    private final List<Layout.Place> places;
    private final @Nullable String[] classes;

    /// @param images paths of the images, in the order in which they were written
    ImagePlacement(List<String> images, LabelLists lists) {
        this.images = images;
        this.lists = lists;
        layout = Layout.of(images);
        places = images.stream().map(layout::place).toList();
        classes = places.stream().map(Layout.Place::className).toArray(String[]::new);
    }

    /// Places all images and names the classes.
    void place(PackWriter out) {
        Set<String> trained = folders(Split.TRAIN);
        Set<Split> labeled = new HashSet<>();
        boolean listedTraining = false; // then a folder that all splits share is no class
        for (Map.Entry<Split, List<Integer>> part : splits().entrySet()) {
            Set<String> folders = folders(part.getKey());
            boolean one = folders.size() == 1 && part.getValue().stream().allMatch(i -> classes[i] != null);
            boolean foreign = part.getKey() != Split.TRAIN && trained.size() > 1 && !trained.containsAll(folders);
            if (folders.isEmpty() || one && (foreign || trained.size() < 2)) {
                boolean listed = readList(part.getKey(), part.getValue(), one && (foreign || listedTraining), out);
                listedTraining |= part.getKey() == Split.TRAIN && listed;
            } else {
                labeled.add(part.getKey());
            }
        }
        List<String> names = List.copyOf(names());
        out.classNames(names);
        out.distribute((i, path) -> {
            Split split = places.get(i).split();
            if (split == null || (classes[i] == null && labeled.contains(split))) {
                out.skip(path, "it lies outside the folders of the " + (layout.splits() ? "splits" : "classes"));
                return null;
            }
            int label = classes[i] == null ? Labels.UNLABELED : Collections.binarySearch(names, classes[i]);
            return new PackWriter.Placed(split, label);
        });
    }

    /// Takes the classes from a list. Without one, images in a folder that is no class have no label.
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

    /// The folders of a split that could be classes.
    private Set<String> folders(Split split) {
        Set<String> names = new TreeSet<>();
        for (Layout.Place place : places) {
            if (place.split() == split && place.className() != null) {
                names.add(place.className());
            }
        }
        return names;
    }

    private Set<String> names() {
        Set<String> names = new TreeSet<>();
        for (int i = 0; i < classes.length; i++) {
            if (classes[i] != null && places.get(i).split() != null) {
                names.add(classes[i]);
            }
        }
        return names;
    }
}
