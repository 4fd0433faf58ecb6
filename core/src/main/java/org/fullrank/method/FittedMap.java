package org.fullrank.method;

import java.util.List;
import java.util.SequencedMap;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.InputException;
import org.fullrank.net.Encoder;
import org.fullrank.net.Layer;
import org.fullrank.net.ParameterBuffer;

/// An encoder that eigenvectors gave. Its representation is the embedding. It has no loss of a batch and no
/// gradient.
///
/// Its numbers are float64, also where those of other methods are float32: the terms of a kernel map are many
/// orders of magnitude larger than their sum.
public final class FittedMap implements Method {
    /// The type of the numbers.
    static final ScalarType TYPE = ScalarType.Double;

    private final Encoder encoder;
    private final ParameterBuffer parameters;
    private final Setting setting;

    FittedMap(Encoder encoder, ParameterBuffer parameters, Setting setting) {
        this.encoder = encoder;
        this.parameters = parameters;
        this.setting = setting;
    }

    /// @throws InputException always
    @Override
    public Outcome learn(List<Tensor> views, int chunks, long step) {
        throw untrained();
    }

    /// @throws InputException always
    @Override
    public SequencedMap<String, TermGradient> termGradients(List<Tensor> views, int chunks, long step) {
        throw untrained();
    }

    private static InputException untrained() {
        return new InputException("method closed-form: found a training step, expected none, because it is fitted by"
                + " eigenvectors; train another method");
    }

    @Override
    public Encoder encoder() {
        return encoder;
    }

    @Override
    public Layer.Chain projector() {
        return Layer.chain(List.of());
    }

    @Override
    public Setting setting() {
        return setting;
    }

    @Override
    public ParameterBuffer parameters() {
        return parameters;
    }
}
