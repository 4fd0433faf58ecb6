package org.fullrank.optim;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Tensors;
import org.fullrank.net.ParameterBuffer;
import org.fullrank.net.ParameterBuffer.Segment;

/// A contiguous range of the flat parameter buffer. The optimizer updates the whole range with one call of
/// each tensor operation.
///
/// @param predictor whether these parameters follow the rate of the predictor
/// @param factor multiplies this rate
/// @param decays whether weight decay applies
record ParameterRange(long offset, long count, boolean predictor, double factor, boolean decays) {
    /// Divides the parameter buffer into ranges whose parameters have the same settings. There are few ranges,
    /// because matrices come before vectors, and the predictor is last in both. Each matrix that stays
    /// orthogonal may add two ranges.
    static List<ParameterRange> of(ParameterBuffer parameters, GroupSpec groups) {
        return of(parameters.segments(), groups);
    }

    /// The ranges of some segments.
    ///
    /// @param segments in the order of their offsets
    static List<ParameterRange> of(List<Segment> segments, GroupSpec groups) {
        var ranges = new ArrayList<ParameterRange>();
        for (Segment segment : segments) {
            ParameterRange next = of(segment, groups);
            if (!ranges.isEmpty() && ranges.getLast().isLike(next)) {
                next = ranges.removeLast().with(next);
            }
            ranges.add(next);
        }
        return ranges;
    }

    /// The range of one segment.
    static ParameterRange of(Segment segment, GroupSpec groups) {
        return new ParameterRange(
                segment.offset(),
                segment.count(),
                GroupSpec.isPredictor(segment),
                groups.factor(segment),
                groups.decays(segment));
    }

    private boolean isLike(ParameterRange other) {
        return offset + count == other.offset
                && predictor == other.predictor
                && factor == other.factor
                && decays == other.decays;
    }

    private ParameterRange with(ParameterRange next) {
        return new ParameterRange(offset, count + next.count, predictor, factor, decays);
    }

    /// The ranges in pieces of at most `size` parameters.
    static List<ParameterRange> pieces(List<ParameterRange> ranges, long size) {
        var pieces = new ArrayList<ParameterRange>();
        for (ParameterRange range : ranges) {
            for (long done = 0; done < range.count; done += size) {
                long length = Math.min(size, range.count - done);
                pieces.add(
                        new ParameterRange(range.offset + done, length, range.predictor, range.factor, range.decays));
            }
        }
        return pieces;
    }

    /// Adds `decay` times the values `[P]` to the gradient `[P]` in this range, if weight decay applies to
    /// it.
    void addDecay(double decay, Tensor values, Tensor gradient) {
        if (decays && decay > 0) {
            view(gradient).add_(view(values), Tensors.scalar(decay));
        }
    }

    /// The part of `vector` `[P]` in this range.
    Tensor view(Tensor vector) {
        return vector.narrow(0, offset, count);
    }

    /// The matrices and filters in this range.
    List<Segment> matrices(ParameterBuffer parameters) {
        return parameters.segments().stream()
                .filter(Segment::isMatrix)
                .filter(s -> s.offset() >= offset && s.offset() < offset + count)
                .toList();
    }

    double rate(double learningRate, double predictorRate) {
        return factor * (predictor ? predictorRate : learningRate);
    }
}
