package org.fullrank.net;

import org.fullrank.engine.InputException;

/// The settings of a network that generates one signal. The network is fitted to a single noisy tensor, not
/// to a training set. Only its structure acts as a prior: it fits smooth signals and sharp edges in fewer
/// steps than noise (Ulyanov, Vedaldi, Lempitsky, "Deep image prior", 2018).
public sealed interface UntrainedNetwork permits SkipNetwork, DeepDecoder {
    /// Largest number of halvings of a side. A side of 2^12 then has two positions left.
    int MOST_SCALES = 11;

    /// The shortest side of a signal that a network can generate. It has one scale, whose coarse signal has two
    /// positions. Reflection and batch norms need two.
    int SHORTEST_SIDE = 3;

    /// The number of halvings between the finest and the coarsest scale, for a signal that is long enough.
    int scales();

    /// The number of halvings for a signal: at most [#scales], and so few that the coarsest scale has at least two
    /// positions along each side.
    default int scales(SignalShape shape) {
        int halvings = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(shape.shorterSide() - 1);
        return Math.min(scales(), halvings);
    }

    /// Declares the network, and its input as a parameter.
    ///
    /// @param channels of the input and of the signal
    /// @throws InputException when a side of the signal is too short
    SignalGenerator build(NetworkBuilder net, SignalShape shape, int channels);

    /// @throws InputException when a side of the signal is too short for any number of scales
    static void requireSide(SignalShape shape) {
        InputException.when(
                shape.shorterSide() < SHORTEST_SIDE,
                "network: found a side of %d in a factor of %s positions, expected at least %d; join it with another"
                        + " side",
                shape.shorterSide(),
                shape,
                SHORTEST_SIDE);
    }

    /// @throws InputException unless the sizes are valid
    static void requireSizes(int width, int scales) {
        InputException.when(width < 1 || width > 1 << 16, "width: found %d, expected 1 to 65536 channels", width);
        InputException.when(
                scales < 1 || scales > MOST_SCALES, "scales: found %d, expected 1 to %d", scales, MOST_SCALES);
    }
}
