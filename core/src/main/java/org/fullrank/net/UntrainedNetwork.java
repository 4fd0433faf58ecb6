package org.fullrank.net;

import org.fullrank.engine.InputException;

/// The settings of a network that generates one signal. The network is fitted to a single noisy tensor, not
/// to a training set. Only its structure acts as a prior: it fits smooth signals and sharp edges in fewer
/// steps than noise (Ulyanov, Vedaldi, Lempitsky, "Deep image prior", 2018).
public sealed interface UntrainedNetwork permits SkipNetwork, DeepDecoder {
    /// Largest number of halvings of a side. A side of 2^12 then has two positions left.
    int MOST_SCALES = 11;

    /// The number of halvings between the finest and the coarsest scale.
    int scales();

    /// The shortest side of a signal that the network can generate.
    int shortestSide();

    /// Declares the network, and its input as a parameter.
    ///
    /// @param channels of the input and of the signal
    /// @throws InputException when a side of the signal is too short for the scales
    SignalGenerator build(NetworkBuilder net, SignalShape shape, int channels);

    /// @throws InputException when a side of the signal is too short for the scales
    default void requireSide(SignalShape shape) {
        InputException.when(
                shape.shorterSide() < shortestSide(),
                "network: found a side of %d in a factor of %s positions, expected at least %d for %d scales; lower the"
                        + " scales",
                shape.shorterSide(),
                shape,
                shortestSide(),
                scales());
    }

    /// @throws InputException unless the sizes are valid
    static void requireSizes(int width, int scales) {
        InputException.when(width < 1 || width > 1 << 16, "width: found %d, expected 1 to 65536 channels", width);
        InputException.when(
                scales < 1 || scales > MOST_SCALES, "scales: found %d, expected 1 to %d", scales, MOST_SCALES);
    }
}
