package org.fullrank.view;

import java.lang.foreign.MemorySegment;
import org.fullrank.data.Images;
import org.fullrank.data.Items;
import org.fullrank.data.Vectors;
import org.fullrank.engine.InputException;

/// Makes the views of the items of one split. A view depends only on (seed, epoch, item, view). A view does
/// not depend on the other items of the batch, the order of calls or the number of threads. Several threads
/// may use one generator.
public sealed interface ViewGenerator permits ImageViewGenerator, VectorViewGenerator {
    /// The generator for these items and settings.
    ///
    /// @param threads threads that share the items of a batch, at least 1
    /// @throws InputException when the settings are for another kind of items
    static ViewGenerator of(Items items, ViewSpec spec, long seed, int threads) {
        return switch (items) {
            case Images images ->
                switch (spec) {
                    case ImageViews views -> new ImageViewGenerator(images, views, seed, threads);
                    case VectorViews _ ->
                        throw new InputException(
                                "the data are images but the view settings are for vectors; use views of type 'images'");
                };
            case Vectors vectors ->
                switch (spec) {
                    case VectorViews views -> new VectorViewGenerator(vectors, views, seed, threads);
                    case ImageViews _ ->
                        throw new InputException(
                                "the data are vectors but the view settings are for images; use views of type 'vectors'");
                };
        };
    }

    /// The same settings for other items, such as the items of the test split. Vectors are standardized by
    /// the moments of this generator's items.
    ///
    /// @throws InputException when the items are of another kind
    ViewGenerator on(Items others);

    /// The number of views V of each item, at least 2.
    int views();

    /// The shape of one view.
    InputShape shape();

    /// Writes view `view` of the items `indices` into `out`, float32 in native order, `[B, H, W, C]` or
    /// `[B, F]`.
    ///
    /// @param indices B indices of items
    /// @param epoch at least 0
    /// @param view from 0 to [#views()] - 1
    /// @throws IndexOutOfBoundsException when an index or the view is out of range, or `out` is too small
    void fill(int[] indices, int epoch, int view, MemorySegment out);

    /// Writes the plain views of the items `indices`, which have no randomness. Evaluation uses them.
    void fillPlain(int[] indices, MemorySegment out);
}
