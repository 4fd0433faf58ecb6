package org.fullrank.data;

import java.nio.file.Path;
import java.util.List;
import org.fullrank.engine.InputException;
import org.fullrank.file.CsvTable;
import org.fullrank.image.ImageDecoder;
import org.jspecify.annotations.Nullable;

/// The data set to read, and the settings for reading it: the `data` section of a recipe. Start from
/// [#of(String)] and change single settings with the `with` methods.
///
/// @param path a file, a folder or the built-in name `shapes`
/// @param samples largest number of items of each training split (train and unlabeled); 0: all. The choice of
///     items is the same for every seed of a recipe
/// @param labelColumn the column of a CSV or Parquet file that holds the class. It is a name or, in CSV, a
///     position from 1, or a negative position counted from the end (`-1` is the last). `none` means no
///     labels, for data of any kind. null means the column named `label`, `class`, `target` or `y` if there is
///     one. Otherwise, in CSV, it means the only column of text. For images in folders, `folders` means that the
///     names of the folders are the classes, even if they look like dates or cameras. `unlabeled` reads no classes
///     from data of any kind: in a table, the label column is found as with null, and then left out
/// @param array name of the array in an `.npz`, or in a folder of `.npy` files, that holds the data; null
///     to find it
/// @param ignore columns of a CSV file that are not learned from, given as names in its header or as
///     positions from 1
/// @param categories columns of a CSV file that are categories although they may hold numbers, given as names
///     in its header or as positions from 1
/// @param ignoreCase whether two class names that differ only in upper and lower case are one class
/// @param storedShorterSide if the shorter side of an image has more pixels than this, the image is scaled
///     down to this size when it is packed
/// @param maxPixels an image whose header states more pixels than this is not decoded
/// @param maxSkippedShare at most this share of the images may be undecodable, in `[0, 1]`
/// @param cache folder of the packed files; null: `$XDG_CACHE_HOME/fullrank` or `~/.cache/fullrank`
public record DataSpec(
        String path,
        int samples,
        @Nullable String labelColumn,
        @Nullable String array,
        List<String> ignore,
        List<String> categories,
        boolean ignoreCase,
        int storedShorterSide,
        long maxPixels,
        double maxSkippedShare,
        @Nullable Path cache) {

    /// All. A smaller number of samples is for quick comparisons.
    public static final int SAMPLES = 0;

    /// 256 pixels: enough for the usual crops of 224 pixels. A photograph then needs a quarter of a megabyte
    /// instead of twenty megabytes.
    public static final int STORED_SHORTER_SIDE = 256;

    /// The path of a run that has no data of its own.
    public static final String NONE = "none";

    /// 2^26 pixels (8192 x 8192): more than cameras have, and at most 400 MB during decoding.
    public static final long MAX_PIXELS = 1L << 26;

    /// 5 %. Real collections have a few broken files. More broken files indicate a broken copy.
    public static final double MAX_SKIPPED_SHARE = 0.05;

    public DataSpec {
        ignore = List.copyOf(ignore);
        categories = List.copyOf(categories);
        if (path.isBlank()) {
            throw new InputException("data path is empty, expected a file, a folder or the name shapes; give --data");
        }
        if (samples < 0) {
            throw new InputException("data.samples is " + samples + ", expected 0 (all) or more; leave it out");
        }
        if (storedShorterSide < 1) {
            throw new InputException("data.storedShorterSide is " + storedShorterSide
                    + ", expected at least 1 pixel; the default is " + STORED_SHORTER_SIDE);
        }
        if (maxPixels < 1 || maxPixels > 1L << 29) {
            throw new InputException("data.maxPixels is " + maxPixels + ", expected 1 to " + (1L << 29)
                    + "; the default is " + MAX_PIXELS);
        }
        if (!(maxSkippedShare >= 0 && maxSkippedShare <= 1)) {
            throw new InputException("data.maxSkippedShare is " + maxSkippedShare + ", expected 0 to 1; the default is "
                    + MAX_SKIPPED_SHARE);
        }
    }

    /// The value of [#labelColumn] that takes the names of folders as classes, whatever they look like.
    public static final String FOLDERS = "folders";

    /// The value of [#labelColumn] that reads no classes. It differs from `none` for a table: with `none`, no column
    /// holds the class, so all are features.
    public static final String UNLABELED = "unlabeled";

    /// The setting of a recipe that reads no classes, in the form for `--set`.
    public static final String UNLABELED_SETTING = "data.labelColumn=" + UNLABELED;

    /// The built-in shapes.
    public static DataSpec defaults() {
        return of("shapes");
    }

    /// Whether a run has no data of its own, such as a run of imported weights.
    public boolean isNone() {
        return path.equals(NONE);
    }

    /// The defaults for a path.
    public static DataSpec of(String path) {
        return new DataSpec(
                path,
                SAMPLES,
                null,
                null,
                List.of(),
                List.of(),
                false,
                STORED_SHORTER_SIDE,
                MAX_PIXELS,
                MAX_SKIPPED_SHARE,
                null);
    }

    /// The setting of a recipe that reads this path, such as `data.path="photos"`, in the form for `--set`.
    public static String pathSetting(String path) {
        return "data.path=" + quoted(path);
    }

    /// The setting of a recipe that reads the classes from this column, in the form for `--set`.
    public static String labelSetting(String column) {
        return "data.labelColumn=" + quoted(column);
    }

    private static String quoted(String text) {
        return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }

    public DataSpec withPath(String other) {
        return new DataSpec(
                other,
                samples,
                labelColumn,
                array,
                ignore,
                categories,
                ignoreCase,
                storedShorterSide,
                maxPixels,
                maxSkippedShare,
                cache);
    }

    public DataSpec withSamples(int count) {
        return new DataSpec(
                path,
                count,
                labelColumn,
                array,
                ignore,
                categories,
                ignoreCase,
                storedShorterSide,
                maxPixels,
                maxSkippedShare,
                cache);
    }

    public DataSpec withLabelColumn(@Nullable String column) {
        return new DataSpec(
                path,
                samples,
                column,
                array,
                ignore,
                categories,
                ignoreCase,
                storedShorterSide,
                maxPixels,
                maxSkippedShare,
                cache);
    }

    public DataSpec withArray(@Nullable String name) {
        return new DataSpec(
                path,
                samples,
                labelColumn,
                name,
                ignore,
                categories,
                ignoreCase,
                storedShorterSide,
                maxPixels,
                maxSkippedShare,
                cache);
    }

    public DataSpec withIgnore(List<String> columns) {
        return new DataSpec(
                path,
                samples,
                labelColumn,
                array,
                columns,
                categories,
                ignoreCase,
                storedShorterSide,
                maxPixels,
                maxSkippedShare,
                cache);
    }

    public DataSpec withCategories(List<String> columns) {
        return new DataSpec(
                path,
                samples,
                labelColumn,
                array,
                ignore,
                columns,
                ignoreCase,
                storedShorterSide,
                maxPixels,
                maxSkippedShare,
                cache);
    }

    public DataSpec withIgnoreCase(boolean ignored) {
        return new DataSpec(
                path,
                samples,
                labelColumn,
                array,
                ignore,
                categories,
                ignored,
                storedShorterSide,
                maxPixels,
                maxSkippedShare,
                cache);
    }

    public DataSpec withStoredShorterSide(int pixels) {
        return new DataSpec(
                path,
                samples,
                labelColumn,
                array,
                ignore,
                categories,
                ignoreCase,
                pixels,
                maxPixels,
                maxSkippedShare,
                cache);
    }

    public DataSpec withMaxSkippedShare(double share) {
        return new DataSpec(
                path,
                samples,
                labelColumn,
                array,
                ignore,
                categories,
                ignoreCase,
                storedShorterSide,
                maxPixels,
                share,
                cache);
    }

    public DataSpec withCache(@Nullable Path folder) {
        return new DataSpec(
                path,
                samples,
                labelColumn,
                array,
                ignore,
                categories,
                ignoreCase,
                storedShorterSide,
                maxPixels,
                maxSkippedShare,
                folder);
    }

    /// Whether no item has a class.
    boolean readsNoClasses() {
        return CsvTable.NO_LABEL.equals(labelColumn) || UNLABELED.equals(labelColumn);
    }

    /// The column of a table that holds the class, as in [#labelColumn]; null to search for one.
    @Nullable
    String tableLabel() {
        return UNLABELED.equals(labelColumn) ? null : labelColumn;
    }

    /// The settings that affect the packed items. They are a part of the name of the cache file.
    String decodeKey() {
        return labelColumn + "|" + array + "|" + ignore + "|" + categories + "|" + ignoreCase + "|" + storedShorterSide
                + "|" + maxPixels + "|" + maxSkippedShare;
    }

    /// Sizes of images for a decoder.
    ImageDecoder.Limits imageLimits() {
        return new ImageDecoder.Limits(storedShorterSide, maxPixels, "data.maxPixels");
    }
}
