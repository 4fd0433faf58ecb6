package org.fullrank.engine;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;

/// The device that holds tensors and computes with them.
public enum Device {
    /// The host's processor.
    CPU(DeviceType.CPU),
    /// The first NVIDIA GPU; needs the `cuda` build of libtorch.
    CUDA(DeviceType.CUDA);

    private final DeviceType type;

    Device(DeviceType type) {
        this.type = type;
    }

    DeviceType type() {
        return type;
    }

    /// The device that holds a tensor.
    public static Device of(Tensor x) {
        return x.is_cuda() ? CUDA : CPU;
    }

    /// The name of this device in libtorch. The caller's scope owns it.
    public org.bytedeco.pytorch.Device handle() {
        return new org.bytedeco.pytorch.Device(type);
    }

    /// The user's choice: a device, or `auto`, which selects the GPU if there is one.
    public enum Choice {
        AUTO,
        CPU,
        CUDA;

        /// Why the processor is used although the build is for GPUs, in one line. The line is empty if that is
        /// not so.
        public String remark() {
            return this == AUTO && Natives.forGpu() && !cudaIsUsable()
                    ? "warning: found no NVIDIA GPU with a driver for CUDA 13, so the processor is used"
                    : "";
        }

        /// @throws InputException when a GPU is requested but there is none
        public Device resolve() {
            return switch (this) {
                case CPU -> Device.CPU;
                case AUTO -> cudaIsUsable() ? cuda() : Device.CPU;
                case CUDA -> {
                    if (!cudaIsUsable()) {
                        throw new InputException(
                                Natives.forGpu()
                                        ? "device cuda: found no NVIDIA GPU with a driver for CUDA 13; use device auto"
                                                + " or cpu"
                                        : "device cuda: found the build for processors, expected one with -Pcuda; use"
                                                + " device auto or cpu");
                    }
                    yield cuda();
                }
            };
        }

        private static boolean cudaIsUsable() {
            Natives.load();
            return torch.cuda_is_available();
        }

        /// The GPU. cuDNN measures its algorithms for each new shape and takes the fastest: all batches of a
        /// training have one shape.
        private static Device cuda() {
            torch.globalContext().setBenchmarkCuDNN(true);
            // TensorFloat-32, cuDNN's default, has 10 bits: too few for objectives that invert a covariance.
            torch.globalContext().setAllowTF32CuDNN(false);
            torch.globalContext().setAllowTF32CuBLAS(false);
            return Device.CUDA;
        }
    }
}
