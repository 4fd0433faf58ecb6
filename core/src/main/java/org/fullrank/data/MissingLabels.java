package org.fullrank.data;

import org.fullrank.engine.InputException;

/// Errors about data without classes. They say why there are none.
final class MissingLabels {
    private static final String WITHOUT = ", or measure without labels with --protocol label-free";

    private MissingLabels() {}

    /// The error of an evaluation that needs classes.
    static InputException error(String name, PackIndex index, DataSpec spec) {
        return new InputException("data set %s has no labels, expected a class for each item of the train split; %s"
                .formatted(name, remedy(index, spec)));
    }

    private static String remedy(PackIndex index, DataSpec spec) {
        if (spec.readsNoClasses()) {
            return "data.labelColumn=" + spec.labelColumn() + " leaves them out: train without it" + WITHOUT;
        }
        boolean folders = index.notes().stream().anyMatch(ImagePlacement::isAboutFolders);
        if (folders) {
            return "its folders are named after dates or cameras: if they are classes, train with --set data.labelColumn="
                    + DataSpec.FOLDERS + WITHOUT;
        }
        if (index.table() != null) {
            return "name the column of labels with --label-column of pretrain" + WITHOUT;
        }
        return (index.channels() > PackIndex.VECTORS
                        ? "sort the files into a folder per class"
                        : "add an array of labels")
                + WITHOUT;
    }

    /// Refuses the name of a column of labels for data without columns.
    ///
    /// @throws InputException when the name would have no effect
    static void requireColumns(DataSpec spec, DataSource source) {
        String column = spec.labelColumn();
        boolean columns = source instanceof CsvSource || source instanceof ParquetSource;
        InputException.when(
                column != null && !columns && !spec.readsNoClasses() && !DataSpec.FOLDERS.equals(column),
                "data path %s: found data.labelColumn=%s for data without columns (%s), expected a CSV or Parquet file;"
                        + " leave the column of labels out",
                spec.path(),
                String.valueOf(column),
                source.format());
    }
}
