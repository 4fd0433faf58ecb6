package org.fullrank.probe;

import java.util.List;
import org.fullrank.engine.InputException;
import org.fullrank.settings.Nearest;

/// Measures the same probe on layers of the network and finds the best layer.
///
/// @param layers names of layers, see [Place]; empty means all layers. The representation is always measured.
public record LayersProtocol(List<String> layers) implements Evaluation {
    public LayersProtocol {
        layers = List.copyOf(layers);
    }

    /// Measures all layers.
    public static LayersProtocol defaults() {
        return new LayersProtocol(List.of());
    }

    @Override
    public String name() {
        return "layers";
    }

    @Override
    public List<Setting<?>> settings() {
        return List.of(Setting.many(
                "layers",
                "NAME",
                "Layers to measure, for layers, such as block.stage2.0,embedding. Default: all.",
                String.class,
                LayersProtocol::new));
    }

    /// @throws InputException when there is no such layer, or when the data have no labels
    @Override
    public LayerCurve run(Subject subject) {
        List<Place> all = Place.of(subject.method());
        List<String> known = all.stream().map(Place::name).toList();
        layers.forEach(name -> Nearest.require("layers: found no layer", name, known));
        List<Place> places = all.stream()
                .filter(p -> layers.isEmpty()
                        || layers.contains(p.name())
                        || p.name().equals(Place.REPRESENTATION))
                .toList();
        return LayerCurve.of(
                places,
                subject.items(),
                subject.source(),
                (place, items) ->
                        Embedder.read(subject.method(), subject.views().on(items), items, place));
    }
}
