package org.fullrank.data;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;
import org.fullrank.rows.RowStream;
import org.fullrank.rows.RowStreams;
import org.fullrank.rows.Selection;

/// Damages small files of every format that holds several items, by a seed, and reads them.
final class ContainerMutations {
    private static final int SECONDS = 10;
    private static final int TAR_BLOCK = 512;

    private ContainerMutations() {}

    /// A file to damage.
    ///
    /// @param file its name
    /// @param beside other files in its folder, by name
    /// @param rows whether it is read as embeddings, not as a data set
    /// @param whole whether the folder is the data set
    /// @param packing how damaged content becomes a file
    record Sample(
            String file, byte[] content, Map<String, byte[]> beside, boolean rows, boolean whole, Packing packing) {}

    /// What is done to content after it was damaged, so that what lies behind checksums is tried too.
    enum Packing {
        NONE,
        GZIP,
        TAR_SUMS
    }

    private static Sample data(String file, byte[] content) {
        return new Sample(file, content, Map.of(), false, false, Packing.NONE);
    }

    private static Sample rows(String file, byte[] content) {
        return new Sample(file, content, Map.of(), true, false, Packing.NONE);
    }

    private static Sample packed(String file, byte[] content, Packing packing) {
        return new Sample(file, content, Map.of(), false, false, packing);
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /// The samples of each format, by its name.
    static Map<String, List<Sample>> samples() {
        byte[] idx = SampleFiles.idx(SampleFiles.counting(6 * 4 * 5), 6, 4, 5);
        byte[] classes = SampleFiles.idx(new byte[] {0, 1, 2, 0, 1, 2}, 6);
        byte[] cifar = SampleFiles.counting(3 * 3073);
        for (int i = 0; i < 3; i++) {
            cifar[3073 * i] = (byte) i;
        }
        byte[] images = SampleFiles.npy("|u1", false, "4, 5, 3, 3", SampleFiles.counting(180));
        byte[] matrix = SampleFiles.npy("<f4", true, "5, 3", floats(15));
        byte[] labels = SampleFiles.npy("<i8", false, "5,", longs(5));
        byte[] words = SampleFiles.npy(
                "<U3",
                false,
                "5,",
                ByteBuffer.allocate(60)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putInt(97)
                        .array());
        byte[] npz = SampleFiles.zip(files("x_train.npy", matrix, "y_train.npy", labels));
        byte[] named = SampleFiles.zip(files("embeddings.npy", matrix, "labels.npy", words));
        byte[] csv = text("id,a,b,label\n0,1.5,x,cat\n1,2.5,y,dog\n2,,x,cat\n3,4.5,z,\n");
        byte[] numbers = text("a;b;label\n1;2;0\n3;4;1\n5;6.5;0\n");
        Map<String, List<Sample>> samples = new LinkedHashMap<>();
        samples.put(
                "IDX",
                List.of(
                        new Sample(
                                "train-images-idx3-ubyte",
                                idx,
                                Map.of("train-labels-idx1-ubyte", classes),
                                false,
                                true,
                                Packing.NONE),
                        new Sample(
                                "train-labels-idx1-ubyte",
                                classes,
                                Map.of("train-images-idx3-ubyte", idx),
                                false,
                                true,
                                Packing.NONE),
                        packed("images-idx3.gz", idx, Packing.GZIP)));
        samples.put(
                "CIFAR", List.of(data("data_batch_1.bin", cifar), packed("test_batch.bin.gz", cifar, Packing.GZIP)));
        samples.put("STL-10", List.of(data("train_X.bin", SampleFiles.counting(2 * 27648))));
        samples.put(
                "npy",
                List.of(
                        data("a.npy", images),
                        data("b.npy", matrix),
                        rows("c.npy", matrix),
                        packed("d.npy.gz", images, Packing.GZIP)));
        samples.put("npz", List.of(data("a.npz", npz), rows("b.npz", named)));
        samples.put("safetensors", List.of(rows("a.safetensors", safetensors())));
        samples.put(
                "CSV",
                List.of(
                        data("a.csv", csv),
                        data("b.csv", numbers),
                        rows("c.csv", numbers),
                        packed("d.csv.gz", csv, Packing.GZIP)));
        byte[] tar = SampleFiles.tar(images());
        samples.put("tar", List.of(data("a.tar", tar), packed("b.tar", tar, Packing.TAR_SUMS)));
        samples.put("tar.gz", List.of(data("a.tar.gz", SampleFiles.gzip(tar)), packed("b.tar.gz", tar, Packing.GZIP)));
        samples.put("zip", List.of(data("a.zip", SampleFiles.zip(images()))));
        byte[] shard = SampleFiles.tar(webDataset());
        samples.put(
                "WebDataset",
                List.of(
                        new Sample(
                                "train-0001.tar",
                                shard,
                                Map.of("train-0000.tar", shard),
                                false,
                                true,
                                Packing.TAR_SUMS),
                        new Sample(
                                "1.json",
                                text("{\"label\": \"cat\", \"n\": [1, {\"x\": 2.5}]}"),
                                beside(),
                                false,
                                true,
                                Packing.NONE),
                        new Sample("1.cls", text("1\n"), beside(), false, true, Packing.NONE)));
        samples.put(
                "Parquet",
                List.of(
                        data("a.parquet", parquet(ParquetSample.NONE)),
                        data("b.parquet", parquet(ParquetSample.SNAPPY)),
                        data("c.parquet", parquet(ParquetSample.GZIP)),
                        data("d.parquet", parquet(ParquetSample.ZSTD))));
        return samples;
    }

    private static byte[] parquet(int codec) {
        byte[] png = SampleFiles.image("png", 3, 3, 5);
        return new ParquetSample()
                .binary("image.bytes", png, SampleFiles.image("png", 4, 3, 7), null, png)
                .text("image.path", "a", "b", "c", "d")
                .longs("label", 0, 1, 1, -1)
                .classNames("label", "x", "y")
                .codec(codec)
                .build();
    }

    private static Map<String, byte[]> beside() {
        return files(
                "1.png",
                SampleFiles.image("png", 3, 3, 1),
                "2.png",
                SampleFiles.image("png", 3, 3, 2),
                "2.cls",
                text("0"));
    }

    private static Map<String, byte[]> images() {
        return files(
                "set/train/cat/a.png",
                SampleFiles.image("png", 3, 4, 1),
                "set/train/dog/b.png",
                SampleFiles.image("png", 3, 3, 2),
                "set/test/cat/c.gif",
                SampleFiles.image("gif", 3, 3, 3),
                "labels.csv",
                text("file,label\na.png,x\n"));
    }

    private static Map<String, byte[]> webDataset() {
        return files(
                "1.png",
                SampleFiles.image("png", 3, 3, 1),
                "1.cls",
                text("0"),
                "2.png",
                SampleFiles.image("png", 3, 3, 2),
                "2.json",
                text("{\"label\": 1}"),
                "2.txt",
                text("a"));
    }

    private static Map<String, byte[]> files(Object... namesAndContents) {
        Map<String, byte[]> files = new LinkedHashMap<>();
        for (int i = 0; i < namesAndContents.length; i += 2) {
            files.put((String) namesAndContents[i], (byte[]) namesAndContents[i + 1]);
        }
        return files;
    }

    private static byte[] floats(int count) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * count).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            bytes.putFloat(i * 0.5f);
        }
        return bytes.array();
    }

    private static byte[] longs(int count) {
        ByteBuffer bytes = ByteBuffer.allocate(8 * count).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            bytes.putLong(i % 2);
        }
        return bytes.array();
    }

    private static byte[] safetensors() {
        byte[] header = text(
                "{\"__metadata__\":{\"a\":\"b\"},\"z\":{\"dtype\":\"F32\",\"shape\":[5,3],\"data_offsets\":[0,60]},"
                        + "\"labels\":{\"dtype\":\"I64\",\"shape\":[5],\"data_offsets\":[60,100]}}");
        return ByteBuffer.allocate(8 + header.length + 100)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(header.length)
                .put(header)
                .put(floats(15))
                .put(longs(5))
                .array();
    }

    /// A damaged copy, as of an image, or with a piece inserted, removed, or a digit replaced.
    static byte[] damaged(byte[] good, RandomGenerator random) {
        byte[] bad = ImageMutations.damaged(good, random);
        int at = random.nextInt(bad.length + 1);
        int length = Math.min(random.nextInt(1, 40), bad.length - at);
        switch (random.nextInt(8)) {
            case 0 -> {
                byte[] piece = new byte[random.nextInt(1, 40)];
                random.nextBytes(piece);
                bad = joined(Arrays.copyOf(bad, at), piece, Arrays.copyOfRange(bad, at, bad.length));
            }
            case 1 -> bad = joined(Arrays.copyOf(bad, at), Arrays.copyOfRange(bad, at + length, bad.length));
            case 2 -> bad = joined(Arrays.copyOf(bad, at + length), Arrays.copyOfRange(bad, at, bad.length));
            case 3, 4 -> digits(bad, at, random);
            default -> {}
        }
        return bad;
    }

    /// Replaces the next run of digits by nines, as in a header of text.
    private static void digits(byte[] bad, int from, RandomGenerator random) {
        int at = from;
        while (at < bad.length && !Character.isDigit(bad[at])) {
            at++;
        }
        byte digit = (byte) ("0179-. e".charAt(random.nextInt(8)));
        for (; at < bad.length && Character.isDigit(bad[at]); at++) {
            bad[at] = digit;
        }
    }

    private static byte[] joined(byte[]... pieces) {
        ByteBuffer all =
                ByteBuffer.allocate(Stream.of(pieces).mapToInt(p -> p.length).sum());
        Stream.of(pieces).forEach(all::put);
        return all.array();
    }

    /// Gives each header of a tar the right sum.
    static byte[] withSums(byte[] tar) {
        byte[] out = tar.clone();
        for (int at = 0; at + TAR_BLOCK <= out.length; at += TAR_BLOCK) {
            if (new String(out, at + 257, 5, StandardCharsets.ISO_8859_1).equals("ustar")) {
                Arrays.fill(out, at + 148, at + 156, (byte) ' ');
                int sum = 0;
                for (int i = at; i < at + TAR_BLOCK; i++) {
                    sum += out[i] & 0xFF;
                }
                System.arraycopy(text("%06o\0".formatted(sum)), 0, out, at + 148, 7);
            }
        }
        return out;
    }

    private static byte[] packed(byte[] damaged, Packing packing) {
        return switch (packing) {
            case NONE -> damaged;
            case GZIP -> SampleFiles.gzip(damaged);
            case TAR_SUMS -> withSums(damaged);
        };
    }

    /// Reads `count` damaged files of a format.
    ///
    /// @param answers counts the kinds of answers
    /// @return what is wrong with the answers, one line each
    static List<String> wrongAnswers(String format, int count, long seed, Path folder, Map<String, Integer> answers)
            throws IOException {
        List<Sample> samples = samples().get(format);
        List<String> wrong = new ArrayList<>();
        ExecutorService thread =
                Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().factory());
        for (int i = 0; i < count; i++) {
            Sample sample = samples.get(i % samples.size());
            byte[] bad = packed(damaged(sample.content, Keyed.of(seed, i)), sample.packing);
            Path place = folder.resolve("data");
            Path path = write(sample, bad, place);
            String answer;
            try {
                answer = thread.submit(() -> answer(sample, path, folder.resolve("cache")))
                        .get(SECONDS, TimeUnit.SECONDS);
            } catch (TimeoutException e) {
                answer = "hangs:\n" + stacks();
                thread.shutdownNow();
                thread = Executors.newSingleThreadExecutor(
                        Thread.ofPlatform().daemon().factory());
            } catch (InterruptedException | ExecutionException e) {
                answer = "thrown:\n" + e;
            }
            answers.merge(answer.equals("read") ? "read" : "refused", 1, Integer::sum);
            if (!answer.equals("read") && (answer.isBlank() || answer.contains("\n") || answer.contains("Exception"))) {
                wrong.add("%s, number %d: %s".formatted(sample.file, i, answer));
            }
            clear(place);
            clear(folder.resolve("cache"));
        }
        thread.shutdownNow();
        return wrong;
    }

    /// Writes the sample and returns the path of the data set.
    private static Path write(Sample sample, byte[] content, Path folder) {
        sample.beside.forEach((name, bytes) -> SampleFiles.write(folder.resolve(name), bytes));
        Path file = SampleFiles.write(folder.resolve(sample.file), content);
        return sample.whole ? folder : file;
    }

    /// The answer to the sample as it is.
    static String whole(Sample sample, Path folder) {
        Path place = folder.resolve(sample.file + "-data");
        return answer(sample, write(sample, packed(sample.content, sample.packing), place), folder.resolve("cache"));
    }

    /// What all threads do, those of the JVM left out.
    private static String stacks() {
        var text = new StringBuilder();
        Thread.getAllStackTraces().forEach((thread, frames) -> {
            if (Stream.of(frames).anyMatch(frame -> !frame.getClassName().matches("(jdk|java|sun)\\..*"))) {
                text.append(thread.getName())
                        .append(": ")
                        .append(Arrays.toString(frames))
                        .append('\n');
            }
        });
        return text.toString();
    }

    private static void clear(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private static String answer(Sample sample, Path path, Path cache) {
        try {
            if (sample.rows) {
                readRows(path);
            } else {
                readItems(path, cache);
            }
            return "read";
        } catch (InputException e) {
            return String.valueOf(e.getMessage());
        } catch (RuntimeException | Error e) {
            var text = new StringWriter();
            e.printStackTrace(new PrintWriter(text));
            return "thrown:\n" + text;
        }
    }

    private static void readRows(Path path) {
        RowStreams.labels(path, Selection.defaults());
        try (RowStream rows = RowStreams.open(path)) {
            for (Tensor block = rows.next(); block != null; block = rows.next()) {
                block.close();
            }
        }
    }

    private static void readItems(Path path, Path cache) {
        DataSpec spec = DataSpec.of(path.toString()).withCache(cache).withMaxSkippedShare(1);
        try (Dataset data = Dataset.open(spec)) {
            for (Split split : data.splits()) {
                Items items = data.items(split);
                for (int i = 0; i < items.size(); i++) {
                    if (items instanceof Images images && images.copy(i).length == 0) {
                        throw new IllegalStateException("an empty image");
                    }
                }
                data.names(split);
            }
            data.summary();
            data.warnings();
        }
    }
}
