package org.fullrank.data;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// How the folders of a tree of images are interpreted.
///
/// Leading folders that contain all files are skipped, but at least one folder above the files remains. If
/// all of the next folders have the names of splits, or if one of them is `train`, the next folders are the
/// splits. A folder directly below a split is a class. Without splits, the first folder of a path is the
/// class. Deeper folders have no meaning. Images without any folder have no class.
///
/// @param skip number of leading folders that are skipped
/// @param splits whether the next folder names the split
record Layout(int skip, boolean splits) {
    /// The split and the class of an image; the split is null if the image is outside all splits.
    record Place(@Nullable Split split, @Nullable String className) {}

    /// The layout of these paths, with `/` between their parts.
    static Layout of(List<String> paths) {
        String[] first = paths.getFirst().split("/");
        int shared = first.length - 1;
        int shallowest = Integer.MAX_VALUE;
        for (String path : paths) {
            String[] parts = path.split("/");
            shallowest = Math.min(shallowest, parts.length);
            int same = 0;
            while (same < Math.min(shared, parts.length - 1) && parts[same].equals(first[same])) {
                same++;
            }
            shared = same;
        }
        int skip = Math.max(0, Math.min(shared, shallowest - 2));
        for (int i = 0; i < shared; i++) {
            if (Split.ofFolder(first[i]).isPresent()) {
                skip = Math.min(skip, i);
            }
        }
        return new Layout(skip, namesSplits(paths, skip));
    }

    private static boolean namesSplits(List<String> paths, int skip) {
        Set<Optional<Split>> found = new HashSet<>();
        for (String path : paths) {
            String[] parts = path.split("/");
            found.add(parts.length > skip + 1 ? Split.ofFolder(parts[skip]) : Optional.empty());
        }
        return found.contains(Optional.of(Split.TRAIN)) || !found.contains(Optional.<Split>empty());
    }

    Place place(String path) {
        String[] parts = path.split("/");
        String[] below = Arrays.copyOfRange(parts, Math.min(skip, parts.length - 1), parts.length);
        Split split = Split.TRAIN;
        if (splits) {
            split = below.length > 1 ? Split.ofFolder(below[0]).orElse(null) : null;
            below = Arrays.copyOfRange(below, 1, Math.max(1, below.length));
        }
        return new Place(split, below.length > 1 ? below[0] : null);
    }
}
