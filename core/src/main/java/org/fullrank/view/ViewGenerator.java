package org.fullrank.view;

import java.lang.foreign.MemorySegment;
import org.fullrank.data.Images;
import org.fullrank.data.Items;
import org.fullrank.data.Vectors;
import org.fullrank.engine.InputException;
import org.jspecify.annotations.Nullable;

/// Makes the views of the items of one split. A view depends only on (seed, epoch, item, view). A view does
/// not depend on the other items of the batch, the order of calls or the number of threads. Several threads
/// may use one generator.
public sealed interface ViewGenerator permits ImageViewGenerator, VectorViewGenerator, SeriesViewGenerator {
    /// The generator for these items and settings.
    ///
    /// @param threads threads that share the items of a batch, at least 1
    /// @throws InputException when the settings are for another kind of items
    static ViewGenerator of(Items items, ViewSpec spec, long seed, int threads) {
        return of(items, spec, seed, threads, null);
    }

    /// The same for an encoder that was trained with given moments of its vectors or series.
    ///
    /// @param moments null to take the moments of these items; not used for images
    /// @throws InputException when the settings are for another kind of items, or the moments for other items
    static ViewGenerator of(Items items, ViewSpec spec, long seed, int threads, @Nullable ColumnMoments moments) {
        return switch (spec) {
            case ImageViews views
            when items instanceof Images images -> new ImageViewGenerator(images, views, seed, threads);
            case VectorViews views
            when items instanceof Vectors vectors ->
                new VectorViewGenerator(
                        vectors, views, seed, threads, moments == null ? ColumnMoments.of(vectors) : moments);
            case SeriesViews views
            when items instanceof Vectors vectors && vectors.series() != null ->
                new SeriesViewGenerator(
                        vectors, views, seed, threads, moments == null ? ColumnMoments.ofChannels(vectors) : moments);
            case ImageViews _ -> throw wrong(items, "images");
            case VectorViews _ -> throw wrong(items, "vectors");
            case SeriesViews _ -> throw wrong(items, "series");
        };
    }

    private static InputException wrong(Items items, String expected) {
        String found = switch (items) {
            case Images _ -> "images";
            case Vectors vectors -> vectors.series() == null ? "vectors" : "series";
        };
        return new InputException("the data are %s but the view settings are for %s; use views of type '%s'"
                .formatted(found, expected, found));
    }

    /// The mean and the standard deviation of each feature of vectors, or of each channel of series; null for
    /// images.
    default @Nullable ColumnMoments moments() {
        return null;
    }

    /// How the plain view scales the values of an item, apart from a change of size.
    ValueScale scale();

    /// The same settings for other items, such as the items of the test split. Vectors and series are
    /// standardized by the moments of this generator's items.
    ///
    /// @throws InputException when the items are of another kind
    ViewGenerator on(Items others);

    /// The number of views V of each item, at least 2.
    int views();

    /// The shape of one view.
    InputShape shape();

    /// Writes view `view` of the items `indices` into `out`, float32 in native order, `[B, H, W, C]`,
    /// `[B, F]` or `[B, C, L]`.
    ///
    /// @param indices B indices of items
    /// @param epoch at least 0
    /// @param view from 0 to [#views()] - 1
    /// @throws IndexOutOfBoundsException when an index or the view is out of range, or `out` is too small
    void fill(int[] indices, int epoch, int view, MemorySegment out);

    /// Writes the plain views of the items `indices`, which have no randomness. Evaluation uses them.
    void fillPlain(int[] indices, MemorySegment out);
}
