package org.fullrank.engine;

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

    /// The name of this device in libtorch. The caller's scope owns it.
    public org.bytedeco.pytorch.Device handle() {
        return new org.bytedeco.pytorch.Device(type);
    }

    /// The user's choice: a device, or `auto`, which selects the GPU if there is one.
    public enum Choice {
        AUTO,
        CPU,
        CUDA;

        /// @throws InputException when a GPU is requested but there is none
        public Device resolve() {
            return switch (this) {
                case CPU -> Device.CPU;
                case AUTO -> cudaIsUsable() ? Device.CUDA : Device.CPU;
                case CUDA -> {
                    if (!cudaIsUsable()) {
                        throw new InputException("device cuda: no usable GPU found (needs an NVIDIA GPU with its driver"
                                + " and a build with -Pcuda); use device auto or cpu");
                    }
                    yield Device.CUDA;
                }
            };
        }

        private static boolean cudaIsUsable() {
            Natives.load();
            return torch.cuda_is_available();
        }
    }
}
