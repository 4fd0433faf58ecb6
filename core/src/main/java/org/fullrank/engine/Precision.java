package org.fullrank.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// The number format for convolutions and matrix products in the network. Weights, statistics of norms,
/// objectives and optimizers always use float32.
public enum Precision {
    /// float32 throughout.
    FP32,
    /// bfloat16 autocast: products in bfloat16 with float32 accumulation.
    BF16;

    /// Uses this precision on this thread until it is closed, and then the one before. bf16 caches converted
    /// weights, so open a new one for each forward pass. A layer that needs float32 may open that inside.
    public Autocast autocast(Device device) {
        return new Autocast(this == BF16, device);
    }

    /// The user's choice: a precision, or `auto`. `auto` selects bf16 if the processor or GPU supports it
    /// natively.
    public enum Choice {
        AUTO,
        FP32,
        BF16;

        /// @throws InputException when bf16 is requested on a processor that only emulates it
        public Precision resolve(Device device) {
            return switch (this) {
                case FP32 -> Precision.FP32;
                case AUTO -> computesBf16(device) ? Precision.BF16 : Precision.FP32;
                case BF16 -> {
                    if (!computesBf16(device)) {
                        throw new InputException("precision bf16: this processor has neither AVX512-BF16 nor AMX, found"
                                + " only float32 arithmetic; use precision auto or fp32");
                    }
                    yield Precision.BF16;
                }
            };
        }
    }

    /// Whether the device multiplies in bfloat16 natively.
    public static boolean computesBf16(Device device) {
        return switch (device) {
            case CUDA -> true;
            case CPU -> {
                try {
                    String flags = Files.readString(Path.of("/proc/cpuinfo"));
                    yield flags.contains("avx512_bf16") || flags.contains("amx_bf16");
                } catch (IOException e) {
                    yield false; // not Linux: the engine has no bf16 kernels there
                }
            }
        };
    }

    /// A block on this thread in which autocast is on or off.
    public static final class Autocast implements AutoCloseable {
        private final boolean active;
        private final boolean before;
        private final Device device;

        private Autocast(boolean active, Device device) {
            this.active = active;
            this.device = device;
            before = torch.is_autocast_enabled(device.type());
            if (active != before) {
                torch.set_autocast_dtype(device.type(), ScalarType.BFloat16);
                torch.set_autocast_enabled(device.type(), active);
            }
        }

        @Override
        public void close() {
            if (active != before) {
                torch.set_autocast_enabled(device.type(), before);
            }
            if (active && !before) {
                torch.clear_cache();
            }
        }
    }
}
