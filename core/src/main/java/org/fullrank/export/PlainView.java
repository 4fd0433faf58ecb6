package org.fullrank.export;

import org.fullrank.view.ImageViewGenerator;

/// The plain view of an image as a part of a graph: the same resizing and the same crop as in an evaluation.
///
/// @param graph gets the operations
/// @param storedShorterSide an image with a larger shorter side is first scaled to this and rounded to bytes
/// @param size height and width of the view
record PlainView(OnnxGraph graph, int storedShorterSide, int size) {
    private static final float WHITE = 255;

    /// uint8 `[N, H, W, C]` as float32 `[N, C, size, size]` from 0 to 255.
    String of(String x) {
        String sides = graph.node("Shape", 1, node -> node.with("start", 1L).with("end", 3L), x); // [2]
        String stored = storedSides(sides);
        String pixels = resized(graph.channelsFirst(graph.cast(x, OnnxGraph.FLOAT)), stored);
        pixels = limited(rounded(pixels));
        String scaled = graph.node(
                "Div",
                1,
                graph.node("Mul", 1, stored, graph.indices(ImageViewGenerator.scaledSide(size))),
                shorter(stored)); // whole numbers: the quotient is cut off
        return limited(cut(resized(pixels, scaled), scaled));
    }

    /// Height and width of the stored image, as [org.fullrank.image.Pixels#shrunkTo] computes them.
    private String storedSides(String sides) {
        String shorter = shorter(sides);
        String side = graph.node("Min", 1, shorter, graph.indices(storedShorterSide));
        String product = graph.node("Mul", 1, decimal(sides), decimal(side));
        String quotient = rounded(graph.node("Div", 1, product, decimal(shorter)));
        return graph.cast(graph.node("Max", 1, quotient, graph.constant(new float[] {1}, 1)), OnnxGraph.INT64);
    }

    private String shorter(String sides) {
        return graph.node("ReduceMin", 1, sides);
    }

    private String decimal(String integers) {
        return graph.cast(integers, OnnxGraph.FLOAT);
    }

    /// `floor(x + 1/2)`, as Java rounds.
    private String rounded(String x) {
        return graph.node(
                "Floor", graph.rank(x), graph.node("Add", graph.rank(x), x, graph.constant(new float[] {0.5f}, 1)));
    }

    private String limited(String x) {
        return graph.node(
                "Clip", graph.rank(x), x, graph.constant(new float[] {0}), graph.constant(new float[] {WHITE}));
    }

    /// Bicubic resizing, whose filter is widened when the image shrinks.
    private String resized(String x, String sides) {
        String outer = graph.node("Shape", 1, node -> node.with("start", 0L).with("end", 2L), x); // N, C
        String sizes = graph.node("Concat", 1, node -> node.with("axis", 0L), outer, sides);
        return graph.node(
                "Resize",
                4,
                node -> node.with("mode", "cubic")
                        .with("cubic_coeff_a", -0.5f)
                        .with("antialias", 1L)
                        .with("exclude_outside", 1L),
                x,
                "",
                "",
                sizes);
    }

    /// The center of an image.
    private String cut(String x, String sides) {
        String margin = graph.node("Sub", 1, decimal(sides), graph.constant(new float[] {size}, 1));
        String first = graph.cast(
                graph.node("Round", 1, graph.node("Mul", 1, margin, graph.constant(new float[] {0.5f}, 1))),
                OnnxGraph.INT64);
        String end = graph.node("Add", 1, first, graph.indices(size));
        return graph.node("Slice", 4, x, first, end, graph.indices(2, 3));
    }
}
