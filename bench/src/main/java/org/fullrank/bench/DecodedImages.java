package org.fullrank.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.fullrank.data.DataSpec;
import org.fullrank.data.Dataset;
import org.fullrank.data.Images;
import org.fullrank.data.Skipped;
import org.fullrank.data.Split;

/// Writes what the packed file holds for each image of a flat folder. So other decoders can be compared with
/// Fullrank. An image that was read becomes `NAME.ppm`. The file `left-out.tsv` has the names of the other
/// images with the reasons. Names must be ASCII, because the items are in the order of the names. The study
/// `bench/studies/decoders` calls it.
public final class DecodedImages {
    private DecodedImages() {}

    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[0]);
        Path out = Files.createDirectories(Path.of(arguments[1]));
        Path cache = Files.createTempDirectory("decoded-images");
        DataSpec spec = DataSpec.of(folder.toString())
                .withCache(cache)
                .withStoredShorterSide(1 << 14)
                .withMaxSkippedShare(1);
        try (Dataset dataset = Dataset.open(spec)) {
            List<String> leftOut = dataset.skipped().stream().map(Skipped::path).toList();
            Images images = (Images) dataset.items(Split.TRAIN);
            List<String> names = names(folder, leftOut);
            for (int i = 0; i < images.size(); i++) {
                write(out.resolve(names.get(i) + ".ppm"), images, i);
            }
            Files.write(
                    out.resolve("left-out.tsv"),
                    dataset.skipped().stream()
                            .map(file -> file.path() + "\t" + file.reason())
                            .toList());
            Files.delete(dataset.cacheFile());
        }
        Files.delete(cache);
    }

    private static List<String> names(Path folder, List<String> leftOut) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> !leftOut.contains(name))
                    .sorted()
                    .toList();
        }
    }

    private static void write(Path file, Images images, int i) throws IOException {
        byte[] head = ("P6 " + images.width(i) + " " + images.height(i) + " 255\n").getBytes(StandardCharsets.US_ASCII);
        byte[] pixels = images.copy(i);
        Files.write(
                file,
                ByteBuffer.allocate(head.length + pixels.length)
                        .put(head)
                        .put(pixels)
                        .array());
    }
}
