package org.fullrank.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.TreeSet;
import org.fullrank.engine.InputException;
import org.fullrank.engine.JobException;
import org.fullrank.engine.Keyed;
import org.fullrank.file.Inputs;
import org.jspecify.annotations.Nullable;

/// The content of a `--data` path. Its items are in splits. All items are decoded once into a packed file,
/// which is then memory-mapped.
///
/// Supported formats: a folder of images (`[split/]class/file`, or without classes); the same layout inside
/// `.tar`, `.tar.gz` or `.zip`; shards of a WebDataset; Parquet files of images; IDX; CIFAR-10, CIFAR-100 and
/// STL-10 binaries (folder or archive); NumPy images or vectors; CSV; time series in `.ts`;
/// and the built-in name `shapes`. The format is recognized by the content.
///
/// Closing a data set closes all items that came from it.
public final class Dataset implements AutoCloseable {
    private static final long STREAM = Keyed.name("data.samples");
    private static final String SEEN_IN_PRETRAINING = " (seen in pretraining on these data, without labels)";

    private final String name;
    private final Pack pack;
    private final DataSpec spec;
    private final int samples;
    private final Map<Split, Items> open = new EnumMap<>(Split.class);
    private final List<Items> whole = new ArrayList<>();

    private Dataset(String name, Pack pack, DataSpec spec) {
        this.name = name;
        this.pack = pack;
        this.spec = spec;
        this.samples = spec.samples();
    }

    /// Opens the data of the spec. The first call decodes the data into a packed file in the cache folder.
    /// Later calls only map this file. A packed file that is damaged or older than its source is written
    /// again.
    ///
    /// @throws InputException when the path contains nothing that can be read, or when the spec names a column of
    ///     labels and the data have no columns; the message names the problem
    /// @throws JobException when the packed file cannot be written
    public static Dataset open(DataSpec spec) {
        InputException.when(
                spec.isNone(), "data: found none, because the weights of this run are imported; name data with --data");
        DataSource source = reading(spec, () -> Formats.detect(spec));
        MissingLabels.requireColumns(spec, source);
        return open(spec, source);
    }

    /// Opens the data of the spec. Tables are read in the same way as the training table of an encoder. A column of
    /// labels has no effect on data without columns.
    ///
    /// @param fitted the schema of that table; null for an encoder of other data
    /// @throws InputException as [#open(DataSpec)], and when a table has other columns
    public static Dataset open(DataSpec spec, @Nullable TableSchema fitted) {
        DataSource source = reading(spec, () -> Formats.detect(spec));
        if (fitted == null || !(source instanceof CsvSource table)) {
            return open(spec, source);
        }
        Optional<Pack> own = cached(spec, source);
        return own.isPresent() && fitted.equals(own.get().index().table())
                ? new Dataset(name(spec), own.get(), spec)
                : open(spec, table.fittedBy(fitted));
    }

    private static Dataset open(DataSpec spec, DataSource source) {
        Pack pack = cached(spec, source).orElseGet(() -> write(spec, source));
        return new Dataset(name(spec), pack, spec);
    }

    private static Optional<Pack> cached(DataSpec spec, DataSource source) {
        Optional<Pack> pack = Pack.open(Cache.file(spec, name(spec), source), reading(spec, source::stamp));
        // earlier versions kept the classes of some formats
        return pack.filter(found -> !spec.readsNoClasses() || !found.index().isLabeled());
    }

    private static String name(DataSpec spec) {
        return spec.path().equals(ShapesSource.NAME) ? ShapesSource.NAME : Cache.name(Path.of(spec.path()));
    }

    private static Pack write(DataSpec spec, DataSource source) {
        String stamp = reading(spec, source::stamp);
        Path file = Cache.file(spec, name(spec), source);
        try (PackWriter out = Cache.create(file)) {
            reading(spec, () -> {
                source.pack(out);
                return out;
            });
            if (spec.readsNoClasses()) {
                out.dropLabels();
            }
            if (out.isEmpty()) {
                throw new InputException("data path " + spec.path() + " holds no items, expected at least one ("
                        + source.format() + "); give another path");
            }
            return out.finish(source.format(), stamp, spec.ignoreCase());
        } catch (IOException e) {
            throw Cache.failed(file, e);
        }
    }

    /// Runs a step that reads the source. A read error becomes an error that names the path.
    private static <T> T reading(DataSpec spec, Reading<T> step) {
        try {
            return step.run();
        } catch (PackWriter.WriteException e) {
            throw Cache.failed(e.file(), e);
        } catch (IOException e) {
            throw new InputException(
                    "data path " + spec.path() + " cannot be read: " + Inputs.reason(e)
                            + "; check the file or get it again",
                    e);
        }
    }

    private interface Reading<T> {
        T run() throws IOException;
    }

    /// The last part of the path, without the extension.
    public String name() {
        return name;
    }

    /// The format in words: `image folder`, `tar.gz of images`, `IDX`, `CIFAR-10 binary`, `STL-10 binary`,
    /// `NumPy images`, `NumPy vectors`, `CSV`, `built-in shapes`, ...
    public String format() {
        return pack.index().format();
    }

    /// The existing splits, in the order of [Split].
    public SequencedSet<Split> splits() {
        return Collections.unmodifiableSequencedSet(
                new TreeSet<>(pack.index().splits().keySet()));
    }

    /// The items of a split, limited by [DataSpec#samples]: [Images] or [Vectors]. Every call returns the
    /// same object. It is closed with this data set at the latest.
    ///
    /// @throws InputException when there is no such split
    public synchronized Items items(Split split) {
        if (!pack.index().splits().containsKey(split)) {
            throw new InputException("data set " + name + " has no " + split.label() + " split, expected one of "
                    + splits().stream().map(Split::label).toList() + "; choose one of these");
        }
        return open.computeIfAbsent(split, this::read);
    }

    private Items read(Split split) {
        Items all = pack.items(split);
        whole.add(all);
        return isLimited(split, all.size()) ? all.subset(chosen(all.size(), samples)) : all;
    }

    private boolean isLimited(Split split, int size) {
        boolean learned = switch (split) {
            case TRAIN, UNLABELED -> true;
            case VALIDATION, TEST -> false;
        };
        return learned && samples > 0 && samples < size;
    }

    /// `count` of `size` items in ascending order. The choice depends only on these two numbers. A smaller
    /// count gives a subset of a larger one.
    private static int[] chosen(int size, int count) {
        int[] indices = Arrays.copyOf(SamplingOrder.permutation(Keyed.of(0, STREAM), size), count);
        Arrays.sort(indices);
        return indices;
    }

    /// The path of each item of a split, see [Items#paths].
    ///
    /// @throws InputException when there is no such split
    public List<String> names(Split split) {
        return items(split).paths();
    }

    /// Names of the classes; empty when nothing is labeled.
    public List<String> classNames() {
        return pack.index().classNames();
    }

    /// Whether the classes are the names of folders of images.
    public boolean hasFolderClasses() {
        List<String> names = names(splits().getFirst());
        return !names.isEmpty() && Arrays.stream(names.getFirst().split("/")).anyMatch(classNames()::contains);
    }

    /// The files that were left out because they could not be decoded or did not fit the layout.
    public List<Skipped> skipped() {
        return pack.index().skipped();
    }

    /// One line for each decision that was made about the data automatically, and for each problem with the
    /// classes.
    public List<String> warnings() {
        List<String> lines = new ArrayList<>(pack.index().notes());
        lines.addAll(ClassCheck.warnings(pack.index()));
        return List.copyOf(lines);
    }

    /// How the columns of a table became vectors; null for other data.
    public @Nullable TableSchema table() {
        return pack.index().table();
    }

    /// The items that an evaluation learns from, and the items that it is tested on. It learns from the train
    /// split. It is tested on the test split, or on the validation split if there is no test split. If there
    /// is neither, it is tested on a share of the train split, see [TrainTest#holdOut]. Items without a label
    /// are left out. The share that is held out is also part of [#pretraining()], unless there is an
    /// unlabeled split. The protocol then says so.
    ///
    /// @throws InputException when there are no labels, when there is no train split, or when the two splits
    ///     share no class
    public TrainTest forEvaluation() {
        return evaluated((split, fitted, asked) -> {
            ClassCheck.requireShared(name, fitted, split, asked);
            return "";
        });
    }

    /// The items of a retrieval, as in [#forEvaluation()], but the test items may be of classes that the train
    /// split lacks. The protocol then says so.
    ///
    /// @throws InputException when there are no labels, or when there is no train split
    public TrainTest forRetrieval() {
        return evaluated(
                (_, fitted, asked) -> ClassCheck.shareNone(fitted, asked) ? ", all of classes unseen in training" : "");
    }

    /// Compares the classes of the train split with those of the split that is tested on.
    private interface ClassComparison {
        /// @return what the protocol says about it
        String remark(Split split, Labels fitted, Labels asked);
    }

    private TrainTest evaluated(ClassComparison comparison) {
        Items train = items(Split.TRAIN).labeled();
        Labels fitted = train.labels();
        if (fitted == null) {
            throw MissingLabels.error(name, pack.index(), spec);
        }
        if (train.size() == 0) {
            throw new InputException(
                    "data set %s: found no label among the %d items of the train split that data.samples takes, expected"
                                    .formatted(name, items(Split.TRAIN).size())
                            + " labels of two or more items; raise data.samples");
        }
        for (Split split : List.of(Split.TEST, Split.VALIDATION)) {
            Labels labels = splits().contains(split) ? items(split).labels() : null;
            if (labels != null) {
                String remark = comparison.remark(split, fitted, labels);
                return new TrainTest(train, items(split).labeled(), split.label() + " split" + remark);
            }
        }
        TrainTest held = TrainTest.holdOut(train, TrainTest.HELD_OUT_SHARE, 0);
        return splits().contains(Split.UNLABELED)
                ? held
                : new TrainTest(held.train(), held.test(), held.protocol() + SEEN_IN_PRETRAINING);
    }

    /// The items for pretraining: the unlabeled split if there is one (STL-10), otherwise the train split.
    ///
    /// @throws InputException when there is neither
    public Items pretraining() {
        return items(splits().contains(Split.UNLABELED) ? Split.UNLABELED : Split.TRAIN);
    }

    /// A summary in numbers and words.
    public Summary summary() {
        return Summary.of(this, pack);
    }

    /// The packed file.
    public Path cacheFile() {
        return pack.file();
    }

    /// A checksum of the packed content, 16 hexadecimal digits. It is the same on every machine and for every
    /// archive format. If [DataSpec#samples] leaves items out, the checksum is followed by their number:
    /// `8a3f5c0e12d4b697, 1000 samples`.
    public String fingerprint() {
        boolean limited = pack.index().splits().entrySet().stream()
                .anyMatch(split -> isLimited(split.getKey(), split.getValue().size()));
        return pack.index().fingerprint() + (limited ? ", " + samples + " samples" : "");
    }

    @Override
    public synchronized void close() {
        whole.forEach(Items::close);
        whole.clear();
        open.clear();
    }
}
