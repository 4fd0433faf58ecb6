package org.fullrank.view;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Objects;
import org.fullrank.data.Items;
import org.fullrank.data.SeriesShape;
import org.fullrank.data.Vectors;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;

/// Makes views of time series, `[C, L]`. The random key of a series is its row. The plain view is the series
/// itself. The plain view is standardized if the settings say so. A constant channel gets no noise. After
/// standardization, it is 0.
public final class SeriesViewGenerator implements ViewGenerator {
    private static final long VIEW_KEY = Keyed.name("view.series");

    private final Vectors vectors;
    private final SeriesShape series;
    private final SeriesViews spec;
    private final long seed;
    private final Workers<Scratch> workers;
    private final ColumnMoments moments;

    /// Memory for one view.
    ///
    /// @param source the series
    /// @param view its view
    private record Scratch(float[] source, float[] view) {}

    /// Creates a generator with given moments. Series of another split are standardized by the moments of the
    /// train split.
    ///
    /// @param threads threads that share the series of a batch, at least 1
    /// @param moments the mean and the standard deviation of each channel
    /// @throws InputException when the vectors are not time series, or have another number of channels
    public SeriesViewGenerator(Vectors vectors, SeriesViews spec, long seed, int threads, ColumnMoments moments) {
        SeriesShape shape = vectors.series();
        if (shape == null) {
            throw new InputException(
                    "the data are vectors but the view settings are for series; use views of type" + " 'vectors'");
        }
        moments.requireChannels(shape.channels());
        this.vectors = vectors;
        this.series = shape;
        this.spec = spec;
        this.seed = seed;
        this.moments = moments;
        this.workers = new Workers<>(threads, () -> new Scratch(new float[shape.values()], new float[shape.values()]));
    }

    /// Reads all series once for the mean and the standard deviation of each channel.
    public SeriesViewGenerator(Vectors vectors, SeriesViews spec, long seed, int threads) {
        this(vectors, spec, seed, threads, ColumnMoments.ofChannels(vectors));
    }

    @Override
    public ColumnMoments moments() {
        return moments;
    }

    @Override
    public ViewGenerator on(Items others) {
        return ViewGenerator.of(others, spec, seed, workers.threads(), moments);
    }

    @Override
    public int views() {
        return spec.views();
    }

    @Override
    public InputShape.Series shape() {
        return new InputShape.Series(series.channels(), series.length());
    }

    @Override
    public ValueScale scale() {
        return spec.standardize() ? ValueScale.of(moments.means(), moments.deviations(), 1, 0) : ValueScale.none(0);
    }

    @Override
    public void fill(int[] indices, int epoch, int view, MemorySegment out) {
        Objects.checkIndex(view, spec.views());
        workers.run(indices.length, (scratch, k) -> {
            int i = read(indices[k], scratch.source);
            Keyed random = Keyed.of(seed, VIEW_KEY, epoch, i, view);
            crop(scratch, random);
            change(scratch.view, random);
            mask(scratch.view, random);
            write(scratch.view, out, k);
        });
    }

    @Override
    public void fillPlain(int[] indices, MemorySegment out) {
        workers.run(indices.length, (scratch, k) -> {
            read(indices[k], scratch.view);
            write(scratch.view, out, k);
        });
    }

    /// Stretches a random part of the series to its length, by linear interpolation between steps.
    private void crop(Scratch scratch, Keyed random) {
        int length = series.length();
        if (spec.cropMin() == 1 || length == 1) {
            System.arraycopy(scratch.source, 0, scratch.view, 0, scratch.source.length);
            return;
        }
        int last = length - 1;
        double share = random.nextDouble(spec.cropMin(), 1);
        double start = random.nextDouble() * (1 - share) * last;
        for (int t = 0; t < length; t++) {
            double place = start + share * t;
            int before = Math.min((int) place, last - 1);
            float weight = (float) Math.min(1, place - before);
            for (int at = 0; at < scratch.source.length; at += length) {
                float from = scratch.source[at + before];
                scratch.view[at + t] = from + weight * (scratch.source[at + before + 1] - from);
            }
        }
    }

    /// Scales each channel and adds noise. The scale keeps the mean of a channel over all series, so that it
    /// does not depend on the unit's zero.
    private void change(float[] view, Keyed random) {
        int length = series.length();
        for (int c = 0; c < series.channels(); c++) {
            float mean = moments.mean(c);
            double factor = spec.scale() > 0 ? 1 + spec.scale() * random.nextGaussian() : 1;
            double noise = spec.noise() * moments.std(c);
            for (int at = c * length; at < (c + 1) * length; at++) {
                double value = factor == 1 ? view[at] : mean + factor * (view[at] - mean);
                view[at] = (float) (noise > 0 ? value + noise * random.nextGaussian() : value);
            }
        }
    }

    private void mask(float[] view, Keyed random) {
        int length = series.length();
        int most = (int) Math.round(spec.mask() * length);
        if (most == 0) {
            return;
        }
        int masked = random.nextInt(most + 1);
        int from = random.nextInt(length - masked + 1);
        for (int c = 0; c < series.channels(); c++) {
            Arrays.fill(view, c * length + from, c * length + from + masked, moments.mean(c));
        }
    }

    private int read(int i, float[] values) {
        Objects.checkIndex(i, vectors.size());
        MemorySegment.copy(
                vectors.values(), ValueLayout.JAVA_FLOAT_UNALIGNED, 4L * i * values.length, values, 0, values.length);
        return i;
    }

    private void write(float[] view, MemorySegment out, int k) {
        if (spec.standardize()) {
            for (int at = 0; at < view.length; at++) {
                int c = at / series.length();
                float std = moments.std(c);
                view[at] = (view[at] - moments.mean(c)) / (std > 0 ? std : 1);
            }
        }
        MemorySegment.copy(view, 0, out, ValueLayout.JAVA_FLOAT_UNALIGNED, 4L * k * view.length, view.length);
    }
}
