package org.fullrank.decompose;

import java.util.List;
import org.fullrank.net.SignalShape;

/// How a 3-way tensor `[H, W, B]` becomes a product of factors.
public enum ThreeWay {
    /// A matrix `[H W, B]` whose rows are the pixels of a picture. One factor consists of R pictures from a
    /// 2-D network, and the other of R lines. This suits cubes such as hyperspectral images and videos.
    PICTURE,
    /// One factor for each side: the entry `(i, j, k)` is the sum over r of `u_ir v_jr w_kr` (canonical
    /// polyadic decomposition, CP).
    CP;

    /// The signals whose outer product has this shape. A matrix always has two lines.
    List<SignalShape> sides(List<Integer> shape) {
        return shape.size() == 3 && this == PICTURE
                ? List.of(new SignalShape(shape.get(0), shape.get(1)), SignalShape.line(shape.get(2)))
                : shape.stream().map(SignalShape::line).toList();
    }
}
