package org.fullrank.data;

import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;

/// The built-in data set `shapes`, which needs no file: see [ShapePainter].
///
/// @param train number of training images
/// @param test number of test images
/// @param seed of the drawing
record ShapesSource(int train, int test, long seed) implements DataSource {
    /// The name that is used instead of a path.
    static final String NAME = "shapes";

    /// 10,000: an epoch of a small network takes seconds on two cores.
    static final int TRAIN = 10_000;

    /// 2,000: the standard error of an accuracy is 1.1 points at most.
    static final int TEST = 2_000;

    /// Number of images that are drawn in parallel at a time.
    private static final int BATCH = 1000;

    static ShapesSource standard() {
        return new ShapesSource(TRAIN, TEST, 0);
    }

    @Override
    public String format() {
        return "built-in shapes";
    }

    @Override
    public String stamp() {
        return new Stamp()
                .text("shapes " + ShapePainter.VERSION + " " + train + " " + test + " " + seed)
                .text();
    }

    @Override
    public void pack(PackWriter out) throws IOException {
        draw(Split.TRAIN, 0, train, out);
        draw(Split.TEST, train, test, out);
        out.classNames(List.of(ShapePainter.CLASSES));
    }

    private void draw(Split split, int from, int count, PackWriter out) throws IOException {
        var painter = new ShapePainter(seed);
        var shape = new PackWriter.Shape(ShapePainter.SIDE, ShapePainter.SIDE, 3);
        for (int batch = 0; batch < count; batch += BATCH) {
            int first = from + batch;
            List<byte[]> images = IntStream.range(0, Math.min(BATCH, count - batch))
                    .parallel()
                    .mapToObj(i -> painter.paint(first + i))
                    .toList();
            for (int i = 0; i < images.size(); i++) {
                out.image(split, shape, images.get(i), ShapePainter.classOf(first + i));
            }
        }
    }
}
