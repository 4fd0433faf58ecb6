package org.fullrank.bench;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.fullrank.data.Images;
import org.fullrank.engine.Keyed;
import org.fullrank.view.ImageViews;
import org.fullrank.view.ViewGenerator;
import org.fullrank.view.ViewPresets;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// Measures the microseconds per view on one core, from decoded pixels to normalized floats. The views are
/// those of the whole VICReg recipe, whose view 0 is always blurred. Color images of 32x32 pixels become
/// views of 32x32. Color images of 256x256 become views of 224x224. Each call makes the views of a different
/// epoch. So the average is over the random crops and changes of a real training.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 10, time = 1)
@Fork(1)
public class ViewBench {
    private static final int BATCH = 32;
    private static final int CHANNELS = 3;

    /// Side of a view in pixels.
    @Param({"32", "224"})
    public int size;

    /// The view: 0 is always blurred, 1 rarely but sometimes solarized.
    @Param({"0", "1"})
    public int view;

    private final int[] indices = IntStream.range(0, BATCH).toArray();

    @SuppressWarnings("NullAway.Init") // set by setUp
    private ViewGenerator generator;

    private MemorySegment out = MemorySegment.NULL;
    private int epoch;

    /// Draws the images and allocates the batch.
    @Setup(Level.Trial)
    public void setUp() {
        int side = size == 224 ? 256 : size;
        byte[] pixels = new byte[BATCH * side * side * CHANNELS];
        Keyed.of(1).nextBytes(pixels);
        ImageViews views = ((ImageViews) ViewPresets.named("vicreg")).withSize(size);
        generator = ViewGenerator.of(Images.of(pixels, side, side, CHANNELS), views, 1, 1);
        out = Arena.ofAuto().allocate((long) BATCH * size * size * CHANNELS * Float.BYTES, Long.BYTES);
    }

    /// One batch of views; the figure is per view.
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public MemorySegment view() {
        generator.fill(indices, epoch++, view, out);
        return out;
    }
}
