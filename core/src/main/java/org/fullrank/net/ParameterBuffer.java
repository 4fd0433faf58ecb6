package org.fullrank.net;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Device;
import org.fullrank.engine.Gradients;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;

/// All numbers of a network in three vectors: the trainable values `[P]`, their gradients `[P]`, and the
/// running statistics `[Q]` of its norms. Each parameter is a view of the first vector. The gradient of a
/// parameter is added to the second vector. So an optimizer step, gradient clipping, averaging and a
/// checkpoint each need only a few vector operations.
///
/// Each vector starts with the matrices and filters. Biases, norms and class tokens come last. Weight decay
/// applies only to the first part. So the parameters with weight decay are one contiguous range.
public final class ParameterBuffer implements AutoCloseable {
    /// What the numbers of a parameter or statistic are.
    public enum Kind {
        /// Biases, norms, class tokens, positions and generators: neither weight decay nor trust ratios apply.
        VECTOR,
        /// A matrix or filter, to which weight decay and trust ratios apply.
        MATRIX,
        /// A stack of orthogonal matrices, `[F, n, n]`. Every optimizer keeps them orthogonal.
        ORTHOGONAL,
        /// A stack of unitary matrices, `[F, n, n, 2]`: the real and the imaginary part of each number. Every
        /// optimizer keeps them unitary.
        UNITARY;

        /// Whether every optimizer keeps it orthogonal or unitary.
        public boolean staysOrthogonal() {
            return this == ORTHOGONAL || this == UNITARY;
        }
    }

    /// One parameter or statistic: `count` numbers from `offset` on, of shape `sizes`.
    ///
    /// @param channelsLast whether the memory holds filters `[out, in, H, W]` in the order `[out, H, W, in]`.
    ///     The convolutions of a GPU read this order
    public record Segment(String name, List<Long> sizes, long offset, Kind kind, boolean channelsLast) {
        public Segment {
            sizes = List.copyOf(sizes);
        }

        /// Whether it is a matrix, a filter or a stack of matrices.
        public boolean isMatrix() {
            return kind != Kind.VECTOR;
        }

        public long count() {
            return sizes.stream().reduce(1L, Math::multiplyExact);
        }

        /// The part of `vector` `[P]` that this segment covers, in this segment's shape.
        public Tensor view(Tensor vector) {
            Tensor part = vector.narrow(0, offset, count());
            return channelsLast
                    ? part.view(sizes.get(0), sizes.get(2), sizes.get(3), sizes.get(1))
                            .permute(0, 3, 1, 2)
                    : inOrder(part);
        }

        /// A copy of the matrices in `vector` `[P]`, `[n, n]` or `[F, n, n]`; complex if they are unitary. It
        /// is no view, because complex numbers may not begin at an odd place.
        public Tensor copy(Tensor vector) {
            Tensor real = view(vector).clone();
            return kind == Kind.UNITARY ? torch.view_as_complex(real) : real;
        }

        /// Stores such a copy in `vector` `[P]`.
        public void store(Tensor matrices, Tensor vector) {
            view(vector).copy_(kind == Kind.UNITARY ? torch.view_as_real(matrices) : matrices);
        }

        private Tensor inOrder(Tensor part) {
            return part.view(sizes.stream().mapToLong(Long::longValue).toArray());
        }
    }

    private final Device device;
    private final List<Segment> segments;
    private final List<Segment> statisticSegments;
    private final Tensor values;
    private final Tensor gradients;
    private final Tensor statistics;
    private final List<Pointer> owned = new ArrayList<>();

    /// Creates the buffer and connects the handles of the layers to it.
    ///
    /// @param values initial parameters on the host, `[P]`, the last index of each segment fastest
    /// @param statistics initial running statistics on the host, `[Q]`
    /// @param isTrained whether there are gradients
    ParameterBuffer(
            Layout parameters, Layout running, Tensor values, Tensor statistics, Device device, boolean isTrained) {
        this.device = device;
        this.segments = parameters.segments();
        this.statisticSegments = running.segments();
        try (var scope = Scope.open();
                var off = Gradients.off()) {
            this.values = own(scope, Tensors.to(values, device).clone());
            this.gradients =
                    own(scope, Tensors.zeros(device, values.scalar_type().intern(), isTrained ? values.numel() : 0));
            this.statistics = own(scope, Tensors.to(statistics, device).clone());
            for (Segment s : segments) {
                if (s.channelsLast()) {
                    s.view(this.values).copy_(s.inOrder(values.narrow(0, s.offset(), s.count())));
                }
            }
            for (int i = 0; i < segments.size(); i++) {
                Tensor leaf = own(scope, segments.get(i).view(this.values).detach());
                if (isTrained) {
                    leaf.set_requires_grad(true);
                    leaf.mutable_grad().put(segments.get(i).view(this.gradients));
                }
                parameters.handles().get(i).fill(leaf);
            }
            // A version counter for each statistic: writing one between forward and backward, as a predictor does with
            // its correlation, must not look like a change of the norms that saved theirs.
            for (int i = 0; i < statisticSegments.size(); i++) {
                running.handles()
                        .get(i)
                        .fill(own(
                                scope,
                                statisticSegments.get(i).view(this.statistics).variable_data()));
            }
        }
    }

    /// Segments in the order of memory, with the handles that are not yet connected.
    record Layout(List<Segment> segments, List<Parameter> handles) {}

    private <P extends Pointer> P own(Scope scope, P pointer) {
        owned.add(pointer);
        return scope.keep(pointer);
    }

    public Device device() {
        return device;
    }

    public ScalarType type() {
        return values.scalar_type().intern();
    }

    /// The trainable parameters in the order of memory: matrices and filters first.
    public List<Segment> segments() {
        return segments;
    }

    /// The running statistics in the order of memory.
    public List<Segment> statisticSegments() {
        return statisticSegments;
    }

    /// All trainable values, `[P]`. Optimizers change them in place while gradients are off.
    public Tensor values() {
        return values;
    }

    /// The gradients of [#values], `[P]`; backward passes add to them. They are empty if the parameters are
    /// not trained.
    public Tensor gradients() {
        return gradients;
    }

    /// All running statistics, `[Q]`.
    public Tensor statistics() {
        return statistics;
    }

    /// Number of values of matrices and filters, which come first.
    public long matrixCount() {
        return segments.stream()
                .filter(Segment::isMatrix)
                .mapToLong(Segment::count)
                .sum();
    }

    /// Sets all gradients to zero.
    public void clearGradients() {
        try (var scope = Scope.open();
                var off = Gradients.off()) {
            gradients.zero_();
        }
    }

    @Override
    public void close() {
        owned.reversed().forEach(Pointer::close);
    }
}
