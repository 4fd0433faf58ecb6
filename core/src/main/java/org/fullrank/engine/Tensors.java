package org.fullrank.engine;

import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// Copies data between Java arrays and tensors, and has shorthands for frequent calls. The class copies only
/// whole arrays, because access to single elements would need an unsafe feature of the JVM.
///
/// Every returned tensor belongs to the innermost open [Scope] of the calling thread.
public final class Tensors {
    static {
        Natives.load();
    }

    private Tensors() {}

    /// A float32 tensor of `shape` on the host with the values of `values` in row-major order.
    public static Tensor of(float[] values, long... shape) {
        Tensor t = empty(ScalarType.Float, shape);
        requireCount(values.length, t, shape);
        if (values.length == 0) {
            return t; // the engine has no address for nothing
        }
        try (var p = new FloatPointer(t.data_ptr_float())) {
            p.put(values);
        }
        return t;
    }

    /// A float64 tensor of `shape` on the host.
    public static Tensor of(double[] values, long... shape) {
        Tensor t = empty(ScalarType.Double, shape);
        requireCount(values.length, t, shape);
        if (values.length == 0) {
            return t;
        }
        try (var p = new DoublePointer(t.data_ptr_double())) {
            p.put(values);
        }
        return t;
    }

    /// An int64 tensor `[N]` on the host, for indices and labels.
    public static Tensor of(int[] values) {
        Tensor t = empty(ScalarType.Long, values.length);
        if (values.length == 0) {
            return t;
        }
        try (var p = new LongPointer(t.data_ptr_long())) {
            long[] wide = new long[values.length];
            for (int i = 0; i < wide.length; i++) {
                wide[i] = values[i];
            }
            p.put(wide);
        }
        return t;
    }

    /// A float64 matrix `[rows, columns]`.
    public static Tensor of(double[][] rows) {
        int columns = rows.length == 0 ? 0 : rows[0].length;
        double[] flat = new double[rows.length * columns];
        for (int i = 0; i < rows.length; i++) {
            if (rows[i].length != columns) {
                throw new IllegalArgumentException(
                        "row %d has %d values, expected %d as in row 0".formatted(i, rows[i].length, columns));
            }
            System.arraycopy(rows[i], 0, flat, i * columns, columns);
        }
        return of(flat, rows.length, columns);
    }

    /// Uninitialized memory of `shape` on the host.
    public static Tensor empty(ScalarType type, long... shape) {
        return torch.empty(shape, new TensorOptions(type), new org.bytedeco.pytorch.MemoryFormatOptional());
    }

    /// Zeros of `shape` on `device`.
    public static Tensor zeros(Device device, ScalarType type, long... shape) {
        Tensor t = to(empty(type, shape), device);
        return t.zero_();
    }

    /// `t` on `device`; the same tensor if it is there already.
    public static Tensor to(Tensor t, Device device) {
        return t.device().type().intern() == device.type() ? t : t.to(device.handle(), t.scalar_type());
    }

    /// A copy of pinned host memory on `device`. The copy is asynchronous. So `t` must not change until the
    /// device has computed something that depends on the copy.
    public static Tensor sendPinned(Tensor t, Device device) {
        return t.to(device.handle(), t.scalar_type(), true, false, new org.bytedeco.pytorch.MemoryFormatOptional());
    }

    /// The values of any real tensor as float32, row-major.
    public static float[] floats(Tensor t) {
        float[] values = new float[Math.toIntExact(t.numel())];
        copy(t, ScalarType.Float, c -> new FloatPointer(c.data_ptr_float()).get(values));
        return values;
    }

    /// The values of any real tensor as float64, row-major.
    public static double[] doubles(Tensor t) {
        double[] values = new double[Math.toIntExact(t.numel())];
        copy(t, ScalarType.Double, c -> new DoublePointer(c.data_ptr_double()).get(values));
        return values;
    }

    /// The values of an integer tensor, row-major.
    public static long[] longs(Tensor t) {
        long[] values = new long[Math.toIntExact(t.numel())];
        copy(t, ScalarType.Long, c -> new LongPointer(c.data_ptr_long()).get(values));
        return values;
    }

    private static void copy(Tensor t, ScalarType type, Consumer<Tensor> into) {
        try (var scope = Scope.withoutGradients()) {
            Tensor c = to(t, Device.CPU).to(type).contiguous();
            if (c.numel() > 0) {
                into.accept(c);
            }
        }
    }

    /// The only value of a tensor of one element.
    public static double value(Tensor t) {
        try (var scope = Scope.open()) {
            return t.item().toDouble();
        }
    }

    /// The memory of a contiguous host tensor, without a copy; valid as long as the tensor is.
    ///
    /// @throws IllegalArgumentException when the tensor is on a device or not contiguous
    public static MemorySegment segment(Tensor t) {
        if (!t.is_contiguous() || t.device().type().intern() != Device.CPU.type()) {
            throw new IllegalArgumentException("segment needs a contiguous host tensor, got " + describe(t));
        }
        if (t.numel() == 0) {
            return MemorySegment.NULL; // the engine has no address for nothing
        }
        return MemorySegment.ofAddress(t.data_ptr().address()).reinterpret(t.numel() * t.element_size());
    }

    /// The sizes of `t`.
    public static long[] shape(Tensor t) {
        long[] shape = new long[Math.toIntExact(t.dim())];
        for (int i = 0; i < shape.length; i++) {
            shape[i] = t.size(i);
        }
        return shape;
    }

    /// Shape and type in words, for error messages: `[256, 128] Float`.
    public static String describe(Tensor t) {
        return java.util.Arrays.toString(shape(t)) + " " + t.scalar_type().intern();
    }

    /// A number as a scalar of libtorch.
    public static Scalar scalar(double value) {
        return new Scalar(value);
    }

    /// An absent optional tensor. With `null`, libtorch would crash.
    public static TensorOptional none() {
        return new TensorOptional();
    }

    /// Concatenates along the rows: `[N1, ...], [N2, ...] -> [N1 + N2, ...]`.
    public static Tensor cat(Iterable<Tensor> parts) {
        var vector = new TensorVector();
        for (Tensor part : parts) {
            vector.push_back(part);
        }
        return torch.cat(vector, 0);
    }

    private static void requireCount(int found, Tensor t, long[] shape) {
        if (found != t.numel()) {
            throw new IllegalArgumentException(
                    "%d values do not fill a tensor of shape %s".formatted(found, java.util.Arrays.toString(shape)));
        }
    }
}
