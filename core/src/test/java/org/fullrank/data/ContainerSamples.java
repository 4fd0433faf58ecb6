package org.fullrank.data;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.fullrank.rows.ParquetGoldens;

/// Small files of every format that holds several items, to be damaged.
final class ContainerSamples {
    private ContainerSamples() {}

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

    private static Sample folder(String file, byte[] content, Map<String, byte[]> beside) {
        return new Sample(file, content, beside, false, true, Packing.NONE);
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /// The samples of each format, by its name.
    static Map<String, List<Sample>> all() {
        Map<String, List<Sample>> samples = new LinkedHashMap<>();
        samples.put("IDX", idx());
        samples.put("CIFAR", cifar());
        samples.put("STL-10", List.of(data("train_X.bin", SampleFiles.counting(2 * 27648))));
        samples.put("npy", npy());
        samples.put("npz", npz());
        samples.put("safetensors", List.of(rows("a.safetensors", safetensors())));
        samples.put("CSV", csv());
        samples.put("time series", series());
        byte[] tar = SampleFiles.tar(images());
        samples.put("tar", List.of(data("a.tar", tar), packed("b.tar", tar, Packing.TAR_SUMS)));
        samples.put("tar.gz", List.of(data("a.tar.gz", SampleFiles.gzip(tar)), packed("b.tar.gz", tar, Packing.GZIP)));
        samples.put("zip", List.of(data("a.zip", SampleFiles.zip(images()))));
        samples.put("WebDataset", webDataset());
        samples.put("Parquet", parquet());
        samples.put(
                "Parquet of embeddings",
                List.of(
                        rows("a.parquet", ParquetGoldens.PYARROW),
                        rows("b.parquet", ParquetGoldens.SECOND),
                        rows("c.parquet", ParquetGoldens.DUCKDB)));
        samples.put("fbin", List.of(rows("a.fbin", new byte[] {2, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6})));
        return samples;
    }

    private static List<Sample> idx() {
        byte[] images = SampleFiles.idx(SampleFiles.counting(6 * 4 * 5), 6, 4, 5);
        byte[] classes = SampleFiles.idx(new byte[] {0, 1, 2, 0, 1, 2}, 6);
        return List.of(
                folder("train-images-idx3-ubyte", images, Map.of("train-labels-idx1-ubyte", classes)),
                folder("train-labels-idx1-ubyte", classes, Map.of("train-images-idx3-ubyte", images)),
                packed("images-idx3.gz", images, Packing.GZIP));
    }

    private static List<Sample> cifar() {
        byte[] records = SampleFiles.counting(3 * 3073);
        for (int i = 0; i < 3; i++) {
            records[3073 * i] = (byte) i;
        }
        return List.of(data("data_batch_1.bin", records), packed("test_batch.bin.gz", records, Packing.GZIP));
    }

    private static List<Sample> npy() {
        byte[] images = SampleFiles.npy("|u1", false, "4, 5, 3, 3", SampleFiles.counting(180));
        return List.of(
                data("a.npy", images),
                data("b.npy", matrix()),
                rows("c.npy", matrix()),
                packed("d.npy.gz", images, Packing.GZIP),
                data("e.npy.gz", SampleFiles.gzip(images)));
    }

    private static byte[] matrix() {
        return SampleFiles.npy("<f4", true, "5, 3", floats(15));
    }

    private static List<Sample> npz() {
        byte[] labels = SampleFiles.npy("<i8", false, "5,", longs(5));
        byte[] words = SampleFiles.npy("<U3", false, "5,", little(60).putInt(97).array());
        return List.of(
                data("a.npz", SampleFiles.zip(files("x_train.npy", matrix(), "y_train.npy", labels))),
                data("b.npz", SampleFiles.zip(files("x_train.npy", matrix(), "y_train.npy", words))),
                rows("c.npz", SampleFiles.zip(files("embeddings.npy", matrix(), "labels.npy", words))));
    }

    private static List<Sample> csv() {
        byte[] mixed = text("id,a,b,label\n0,1.5,x,cat\n1,2.5,y,dog\n2,,x,cat\n3,4.5,z,\n");
        byte[] numbers = text("a;b;label\n1;2;0\n3;4;1\n5;6.5;0\n");
        return List.of(
                data("a.csv", mixed),
                data("b.csv", numbers),
                rows("c.csv", numbers),
                packed("d.csv.gz", mixed, Packing.GZIP),
                data("e.csv.gz", SampleFiles.gzip(mixed)),
                rows("f.csv.gz", SampleFiles.gzip(numbers)));
    }

    private static List<Sample> series() {
        byte[] classes = text("#c\n@problemName p\n@classLabel true a b\n@data\n1,2.5:3,4:a\n-1,2e1:5,6:b\n");
        byte[] numbers = text("@data\n1,2,3\n4,5,6\n");
        return List.of(
                data("a_TRAIN.ts", classes),
                data("b.ts", numbers),
                packed("c.ts.gz", classes, Packing.GZIP),
                new Sample("d_TEST.ts", numbers, Map.of("d_TRAIN.ts", numbers), false, true, Packing.NONE));
    }

    private static List<Sample> webDataset() {
        byte[] png = SampleFiles.image("png", 3, 3, 1);
        byte[] shard = SampleFiles.tar(files(
                "1.png", png, "1.cls", text("0"), "2.png", png, "2.json", text("{\"label\": 1}"), "2.txt", text("a")));
        Map<String, byte[]> beside = files("1.png", png, "2.png", png, "2.cls", text("0"));
        return List.of(
                new Sample("train-0001.tar", shard, Map.of("train-0000.tar", shard), false, true, Packing.TAR_SUMS),
                folder("1.json", text("{\"label\": \"cat\", \"n\": [1, {\"x\": 2.5}]}"), beside),
                folder("1.cls", text("1\n"), beside));
    }

    private static List<Sample> parquet() {
        return List.of(
                data("a.parquet", table(ParquetSample.NONE).build()),
                data("b.parquet", table(ParquetSample.SNAPPY).build()),
                data("c.parquet", table(ParquetSample.GZIP).build()),
                data("d.parquet", table(ParquetSample.ZSTD).build()),
                data("e.parquet", table(ParquetSample.NONE).dictionary().build()),
                data("f.parquet", table(ParquetSample.SNAPPY).second().build()),
                data(
                        "g.parquet",
                        table(ParquetSample.NONE).second().dictionary().build()));
    }

    private static ParquetSample table(int codec) {
        byte[] png = SampleFiles.image("png", 3, 3, 5);
        return new ParquetSample()
                .binary("image.bytes", png, SampleFiles.image("png", 4, 3, 7), ParquetSample.MISSING, png)
                .text("image.path", "a", "b", "c", "d")
                .longs("label", 0, 1, 1, -1)
                .classNames("label", "x", "y")
                .codec(codec);
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

    private static Map<String, byte[]> files(Object... namesAndContents) {
        Map<String, byte[]> files = new LinkedHashMap<>();
        for (int i = 0; i < namesAndContents.length; i += 2) {
            files.put((String) namesAndContents[i], (byte[]) namesAndContents[i + 1]);
        }
        return files;
    }

    private static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static byte[] floats(int count) {
        ByteBuffer bytes = little(4 * count);
        for (int i = 0; i < count; i++) {
            bytes.putFloat(i * 0.5f);
        }
        return bytes.array();
    }

    private static byte[] longs(int count) {
        ByteBuffer bytes = little(8 * count);
        for (int i = 0; i < count; i++) {
            bytes.putLong(i % 2);
        }
        return bytes.array();
    }

    private static byte[] safetensors() {
        byte[] header = text(
                "{\"__metadata__\":{\"a\":\"b\"},\"z\":{\"dtype\":\"F32\",\"shape\":[5,3],\"data_offsets\":[0,60]},"
                        + "\"labels\":{\"dtype\":\"I64\",\"shape\":[5],\"data_offsets\":[60,100]}}");
        return little(8 + header.length + 100)
                .putLong(header.length)
                .put(header)
                .put(floats(15))
                .put(longs(5))
                .array();
    }
}
