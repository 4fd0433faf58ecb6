package org.fullrank.net;

import java.util.Locale;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Gradients;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.jspecify.annotations.Nullable;

/// Finds the first network operation on this thread whose result is not finite. A trace checks results only
/// while it is open, and it changes no number.
public final class NonFiniteTrace implements AutoCloseable {
    private static final ThreadLocal<@Nullable NonFiniteTrace> OPEN = new ThreadLocal<>();

    private @Nullable Finding first;
    private String last = "the input";
    private String section = "";

    /// The first operation whose result is not finite.
    ///
    /// @param operation kind and place, such as `linear encoder.0`
    /// @param place prefix of the names of its parameters, such as `encoder.0`; empty if it has no parameters
    /// @param input range of its input
    /// @param output range of its output
    public record Finding(String operation, String place, String input, String output) {}

    private NonFiniteTrace() {}

    /// Checks all operations on this thread until it is closed.
    public static NonFiniteTrace open() {
        var trace = new NonFiniteTrace();
        OPEN.set(trace);
        return trace;
    }

    /// The first finding, or null if all results were finite.
    public @Nullable Finding first() {
        return first;
    }

    @Override
    public void close() {
        OPEN.remove();
    }

    /// Until it is closed, operations are reported with the name of another branch of the network, such as
    /// the target.
    public static Section section(String name) {
        NonFiniteTrace trace = OPEN.get();
        if (trace != null) {
            trace.section = name + " ";
        }
        return () -> {
            if (trace != null) {
                trace.section = "";
            }
        };
    }

    /// A sequence of operations of one branch.
    public interface Section extends AutoCloseable {
        @Override
        void close();
    }

    /// A layer with a name, whose results are checked if a trace is open.
    ///
    /// @param kind kind of layer, such as `convolution`
    /// @param place the place, such as `encoder.layer1.0.conv1`. If it is empty, the operation has no
    ///     parameters and gets the name of the operation before it
    static Layer layer(String kind, String place, Layer layer) {
        return (x, mode) -> {
            NonFiniteTrace trace = OPEN.get();
            if (trace == null || trace.first != null) {
                return layer.forward(x, mode);
            }
            String name = place.isEmpty() ? kind + " after " + trace.last : kind + " " + place;
            trace.last = place.isEmpty() ? trace.last : place;
            String input = range(x); // before an operation in place
            Tensor y = layer.forward(x, mode);
            trace.look(trace.section + name, place, input, y);
            return y;
        };
    }

    /// Passes a result to the open trace, if there is one.
    public static void seen(String operation, Tensor input, Tensor output) {
        NonFiniteTrace trace = OPEN.get();
        if (trace != null && trace.first == null && output.defined()) {
            trace.look(operation, "", range(input), output);
        }
    }

    private void look(String operation, String place, String input, Tensor output) {
        if (first == null && !isFinite(output)) {
            first = new Finding(operation, place, input, range(output));
        }
    }

    /// Whether no element is NaN or infinite.
    public static boolean isFinite(Tensor t) {
        try (var scope = Scope.open();
                var off = Gradients.off()) {
            return t.numel() == 0 || Tensors.value(torch.isfinite(t).all()) != 0;
        }
    }

    /// The range of the finite elements, and how many are not.
    public static String range(Tensor t) {
        try (var scope = Scope.open();
                var off = Gradients.off()) {
            if (t.numel() == 0) {
                return "nothing";
            }
            Tensor wide = t.detach().to(ScalarType.Double).flatten();
            Tensor finite = wide.masked_select(torch.isfinite(wide));
            long bad = wide.numel() - finite.numel();
            String others = bad == 0 ? "" : "%d of %d not finite".formatted(bad, wide.numel());
            if (finite.numel() == 0) {
                return others;
            }
            String range = String.format(
                    Locale.ROOT, "%.4g to %.4g", Tensors.value(finite.min()), Tensors.value(finite.max()));
            return others.isEmpty() ? range : others + ", the others " + range;
        }
    }
}
