package org.fullrank.online;

import java.util.List;

/**
 * A stack of layers that is trained layer by layer. Each layer learns by its own rule from the features of the layer
 * below. No gradient passes between layers.
 */
public final class Stack implements OnlineRule {
    private final List<Layer> layers;
    private final Layer last;

    private Stack(List<Layer> layers) {
        this.layers = layers;
        this.last = layers.get(layers.size() - 1);
    }

    /**
     * Makes a stack that owns these layers, with the lowest layer first.
     *
     * @throws IllegalArgumentException when there is no layer, or when the number of inputs of a layer differs from the
     *     number of units of the layer below
     */
    public static Stack of(Layer... layers) {
        Check.that(layers.length > 0, "stack: found no layer, expected at least one; give layers");
        for (int i = 1; i < layers.length; i++) {
            Check.that(
                    layers[i].inputs() == layers[i - 1].units(),
                    "stack: found %d inputs in layer %d, expected %d, the units below; correct the widths",
                    layers[i].inputs(),
                    i + 1,
                    layers[i - 1].units());
        }
        return new Stack(List.of(layers));
    }

    /** The layers, with the lowest layer first. */
    public List<Layer> layers() {
        return layers;
    }

    @Override
    public int inputs() {
        return layers.get(0).inputs();
    }

    @Override
    public int units() {
        return last.units();
    }

    @Override
    public long samples() {
        return last.samples();
    }

    @Override
    public float[] update(float[] x) {
        float[] z = x;
        for (int i = 0; i < layers.size(); i++) { // an iterator would be allocated
            z = layers.get(i).update(z);
        }
        return z;
    }

    @Override
    public float[] transform(float[] x) {
        float[] z = x;
        for (int i = 0; i < layers.size(); i++) {
            z = layers.get(i).transform(z);
        }
        return z;
    }

    @Override
    public void sequenceEnds() {
        for (int i = 0; i < layers.size(); i++) {
            layers.get(i).sequenceEnds();
        }
    }

    @Override
    public Monitor monitor() {
        return last.monitor();
    }

    @Override
    public Alarm alarm() {
        for (int i = 0; i < layers.size(); i++) {
            if (layers.get(i).alarm() != Alarm.NONE) {
                return layers.get(i).alarm();
            }
        }
        return Alarm.NONE;
    }

    @Override
    public float[] weights() {
        return last.weights();
    }

    @Override
    public void requireLike(OnlineRule other) {
        Check.that(
                other instanceof Stack stack && stack.layers.size() == layers.size(),
                "learners: found other than a stack of %d layers, expected one; give learners of one kind and shape",
                layers.size());
        for (int i = 0; i < layers.size(); i++) {
            layers.get(i).requireLike(((Stack) other).layers.get(i));
        }
    }

    @Override
    public void merge(OnlineRule other) {
        requireLike(other);
        for (int i = 0; i < layers.size(); i++) {
            layers.get(i).merge(((Stack) other).layers.get(i));
        }
    }
}
