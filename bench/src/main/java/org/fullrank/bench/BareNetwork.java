package org.fullrank.bench;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Device;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Precision;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.method.MethodSpec;
import org.fullrank.net.Layer;
import org.fullrank.net.Mode;
import org.fullrank.net.NetworkBuilder;
import org.fullrank.net.Networks;
import org.fullrank.net.ParameterBuffer;
import org.fullrank.objective.Objective;
import org.fullrank.objective.Views;
import org.fullrank.optim.Optimizer;
import org.fullrank.run.Recipe;
import org.fullrank.view.InputShape;

/// The network, objective and optimizer of a recipe without the training loop. A step is a forward pass, a
/// backward pass and an update. The time of such a step is the lowest possible time of a training step.
final class BareNetwork implements AutoCloseable {
    private final Layer encoder;
    private final Layer projector;
    private final ParameterBuffer parameters;
    private final Objective objective;
    private final Optimizer optimizer;
    private final Device device;
    private final Precision precision;
    private long step;

    /// @param input the shape of one view
    BareNetwork(Recipe recipe, InputShape input) {
        device = recipe.train().device().resolve();
        precision = recipe.train().precision().resolve(device);
        var net = new NetworkBuilder(recipe.seed());
        encoder = recipe.encoder().build(net.in("encoder"), input);
        switch (recipe.method()) {
            case MethodSpec.Joint joint -> {
                projector = Networks.projector(
                        net.in("projector"), joint.projector(), recipe.encoder().features());
                objective = joint.objective();
            }
            case MethodSpec.Local _, MethodSpec.ClosedForm _, MethodSpec.Distillation _, MethodSpec.Metric _ ->
                throw new InputException("method: found another one, expected joint-embedding for this figure");
        }
        parameters = net.build(device, ScalarType.Float);
        optimizer = Optimizer.of(recipe.optimizer(), recipe.groups(), parameters, recipe.seed(), precision);
    }

    Device device() {
        return device;
    }

    Precision precision() {
        return precision;
    }

    /// Encoder and projector, in the order of the data.
    List<Layer> layers() {
        return List.of(encoder, projector);
    }

    /// Updates the parameters with the gradients that are there.
    void update() {
        optimizer.step(1e-9, step++);
    }

    /// The embeddings `[N, D]` of one view `[N, C, H, W]`, in float32.
    Tensor embed(Tensor view) {
        try (var autocast = precision.autocast(device)) {
            return projector
                    .forward(encoder.forward(view, Mode.TRAIN), Mode.TRAIN)
                    .to(ScalarType.Float);
        }
    }

    /// Forward and backward of the objective alone, on embeddings `[N, D]`, one for each view.
    void evaluate(List<Tensor> embeddings) {
        try (var scope = Scope.open()) {
            List<Tensor> leaves = embeddings.stream()
                    .map(z -> z.detach().set_requires_grad(true))
                    .toList();
            objective.evaluate(new Views(leaves)).total().backward();
        }
    }

    /// One step on these views, each `[N, C, H, W]`, with a rate so small that the weights stay where they are.
    void step(List<Tensor> views) {
        try (var scope = Scope.open()) {
            parameters.clearGradients();
            var embeddings = new ArrayList<Tensor>();
            for (Tensor view : views) {
                embeddings.add(embed(view));
            }
            Tensor total = objective.evaluate(new Views(embeddings)).total();
            total.backward();
            optimizer.step(1e-9, step++);
            Tensors.value(total); // as the trainer does; it also waits for a GPU
        }
    }

    @Override
    public void close() {
        optimizer.close();
        parameters.close();
    }
}
