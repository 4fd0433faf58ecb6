package org.fullrank.probe;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.method.Method;
import org.fullrank.net.Encoder;
import org.fullrank.net.Mode;

/// A place in a network whose output is used as features.
///
/// @param name `input`, `block.NAME`, `representation`, `projector.1` and so on, `embedding`
/// @param read computes rows `[B, C]` from views `[B, ...]`, in evaluation mode
public record Place(String name, UnaryOperator<Tensor> read) {
    /// Name of the encoder's input.
    public static final String INPUT = "input";
    /// Name of the encoder's output, which comes from its last block.
    public static final String REPRESENTATION = "representation";
    /// Name of the input of the objective, the last layer of the projector.
    public static final String EMBEDDING = "embedding";

    /// All places of a network in the order of the data.
    public static List<Place> of(Method method) {
        var places = new ArrayList<Place>();
        places.add(new Place(INPUT, x -> x.flatten(1, -1)));
        List<Encoder.Block> blocks = method.encoder().blocks();
        for (Encoder.Block block : blocks.subList(0, blocks.size() - 1)) {
            places.add(new Place(
                    "block." + block.name(),
                    x -> method.encode(x, Mode.EVALUATE, List.of(block.name())).getLast()));
        }
        places.add(new Place(REPRESENTATION, x -> method.encode(x, Mode.EVALUATE)));
        int layers = method.projector().layers().size();
        for (int i = 0; i < layers; i++) {
            int layer = i;
            places.add(new Place(
                    i == layers - 1 ? EMBEDDING : "projector." + (i + 1),
                    x -> method.head(method.encode(x, Mode.EVALUATE), Mode.EVALUATE)
                            .get(layer)));
        }
        return places;
    }
}
