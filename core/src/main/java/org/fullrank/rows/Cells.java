package org.fullrank.rows;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.file.Npy;

/// The number format of an array in a file.
///
/// @param type type of the same name in tensors
/// @param bytes bytes of one number
/// @param order byte order
record Cells(ScalarType type, int bytes, ByteOrder order) {
    static Cells of(Npy.Header header) {
        ScalarType type = switch (header.type()) {
            case BOOL, U8 -> ScalarType.Byte;
            case I8 -> ScalarType.Char;
            case U16 -> ScalarType.UInt16;
            case I16 -> ScalarType.Short;
            case I32 -> ScalarType.Int;
            case U32 -> ScalarType.UInt32;
            case I64 -> ScalarType.Long;
            case F16 -> ScalarType.Half;
            case F32 -> ScalarType.Float;
            case F64 -> ScalarType.Double;
        };
        return new Cells(type, header.type().bytes(), header.order());
    }

    /// The type in memory: float64 for types that float32 cannot represent exactly, otherwise float32.
    ScalarType read() {
        return switch (type) {
            case Double, Long, Int, UInt32 -> ScalarType.Double;
            default -> ScalarType.Float;
        };
    }

    /// Converts the numbers of `raw`, whose bytes were copied from the file, to the type of [#read]. This
    /// changes the bytes of `raw`.
    Tensor decode(Tensor raw) {
        if (bytes > 1 && order != ByteOrder.nativeOrder()) {
            swap(org.fullrank.engine.Tensors.segment(raw));
        }
        return type == read() ? raw : raw.to(read());
    }

    private void swap(MemorySegment raw) {
        long count = raw.byteSize() / bytes;
        switch (bytes) {
            case 2 -> {
                for (long i = 0; i < count; i++) {
                    short value = raw.getAtIndex(ValueLayout.JAVA_SHORT, i);
                    raw.setAtIndex(ValueLayout.JAVA_SHORT, i, Short.reverseBytes(value));
                }
            }
            case 4 -> {
                for (long i = 0; i < count; i++) {
                    int value = raw.getAtIndex(ValueLayout.JAVA_INT, i);
                    raw.setAtIndex(ValueLayout.JAVA_INT, i, Integer.reverseBytes(value));
                }
            }
            default -> {
                for (long i = 0; i < count; i++) {
                    long value = raw.getAtIndex(ValueLayout.JAVA_LONG, i);
                    raw.setAtIndex(ValueLayout.JAVA_LONG, i, Long.reverseBytes(value));
                }
            }
        }
    }
}
