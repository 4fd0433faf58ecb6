package org.fullrank.view;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.fullrank.data.Images;
import org.fullrank.data.Items;
import org.fullrank.engine.Keyed;

/// Makes views of images, `[size, size, channels]`.
///
/// The random key of an image is its position in the pixel storage. So an image has the same views in a
/// subset and in the whole data set. The plain view scales the shorter side of the image to the size of the
/// view, bicubically. Then the plain view cuts out the center. If the size of the view is 96 pixels or more,
/// the plain view scales to 256/224 of this size.
public final class ImageViewGenerator implements ViewGenerator {
    /// The byte that is 1 before the normalization.
    private static final double BYTE = 255;

    private static final long VIEW_KEY = Keyed.name("view.image");

    private final Images images;
    private final ImageViews spec;
    private final long seed;
    private final Workers<ImageKernel> workers;

    /// @param threads threads that share the images of a batch, at least 1
    public ImageViewGenerator(Images images, ImageViews spec, long seed, int threads) {
        this.images = images;
        this.spec = spec;
        this.seed = seed;
        this.workers = new Workers<>(threads, () -> new ImageKernel(spec.size(), images.channels(), spec.normalize()));
    }

    /// The settings of the views.
    public ImageViews spec() {
        return spec;
    }

    /// The length to which the plain view scales the shorter side of an image.
    ///
    /// @param size of the view
    public static int scaledSide(int size) {
        return Placement.scaledSide(size);
    }

    /// Makes views of the same images with other settings.
    public ImageViewGenerator with(ImageViews other) {
        return new ImageViewGenerator(images, other, seed, workers.threads());
    }

    @Override
    public ViewGenerator on(Items others) {
        return ViewGenerator.of(others, spec, seed, workers.threads());
    }

    @Override
    public int views() {
        return spec.views();
    }

    @Override
    public InputShape.Image shape() {
        return new InputShape.Image(images.channels(), spec.size(), spec.size());
    }

    @Override
    public ValueScale scale() {
        int channels = images.channels();
        float[] mean = new float[channels];
        float[] std = new float[channels];
        for (int c = 0; c < channels; c++) {
            mean[c] = spec.normalize().mean(c, channels);
            std[c] = spec.normalize().std(c, channels);
        }
        return ValueScale.of(mean, std, BYTE, 2);
    }

    @Override
    public void fill(int[] indices, int epoch, int view, MemorySegment out) {
        Objects.checkIndex(view, spec.views());
        ImagePipeline pipeline = spec.pipeline(view);
        workers.run(indices.length, (kernel, k) -> {
            ImageKernel.Image image = image(indices[k]);
            Keyed random = Keyed.of(seed, VIEW_KEY, epoch, image.offset(), view);
            ImageDraw draw = ImageDraw.of(pipeline, image.height(), image.width(), spec.size(), random);
            kernel.make(image, draw, pipeline.crop().filter(), out, k * bytes());
        });
    }

    @Override
    public void fillPlain(int[] indices, MemorySegment out) {
        workers.run(indices.length, (kernel, k) -> kernel.plain(image(indices[k]), out, k * bytes()));
    }

    private ImageKernel.Image image(int i) {
        return new ImageKernel.Image(images.pixels(), images.offset(i), images.height(i), images.width(i));
    }

    private long bytes() {
        return (long) spec.size() * spec.size() * images.channels() * Float.BYTES;
    }
}
