package org.fullrank.lab;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.fullrank.engine.Keyed;
import org.jspecify.annotations.Nullable;

/// The settings of one run of an experiment.
///
/// @param seed of all random numbers
/// @param length how large samples are and how long runs are. The claims are the same
/// @param data path of a data set, or of a folder of data sets, for the experiments that take one; null if there
///     is none
public record Setting(long seed, Length length, @Nullable String data) {
    /// Seed 1. The pages use this seed. It was not chosen for its results.
    public static final long SEED = 1;

    /// The data sets of the lab, as folders of one folder.
    static final List<String> FOLDERS = List.of("mnist", "fashion-mnist", "cifar-10", "tabular", "tensors");

    /// How large samples are and how long runs are.
    public enum Length {
        /// Seconds, for a first look and for continuous integration.
        QUICK,
        /// Minutes, for the pages.
        FULL,
        /// The sizes of the paper, for experiments whose full length is a short form of it.
        PAPER
    }

    public Setting(long seed, boolean quick, @Nullable String data) {
        this(seed, quick ? Length.QUICK : Length.FULL, data);
    }

    /// The path of a data set. It is [#data], or the folder of this name in it if [#data] has folders of data sets.
    ///
    /// @param folder one of [#FOLDERS]
    /// @return null if it is not there, or if [#data] has the name of another data set
    @Nullable
    String data(String folder) {
        String path = data;
        if (path == null || FOLDERS.stream().noneMatch(name -> Files.isDirectory(Path.of(path, name)))) {
            return path == null || isOther(Path.of(path), folder) ? null : path;
        }
        Path inner = Path.of(path, folder);
        return Files.isDirectory(inner) ? inner.toString() : null;
    }

    private static boolean isOther(Path path, String folder) {
        Path name = path.getFileName();
        return name != null && !name.toString().equals(folder) && FOLDERS.contains(name.toString());
    }

    boolean quick() {
        return length == Length.QUICK;
    }

    /// The quick size or the full size.
    int size(int quickly, int fully) {
        return quick() ? quickly : fully;
    }

    /// The stream of random numbers for a part of an experiment. It is the same for the same name, path and
    /// seed.
    Keyed random(String name, long... path) {
        long[] key = new long[path.length + 1];
        key[0] = Keyed.name("lab " + name);
        System.arraycopy(path, 0, key, 1, path.length);
        return Keyed.of(seed, key);
    }
}
