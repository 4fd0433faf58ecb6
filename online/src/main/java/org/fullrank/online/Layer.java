package org.fullrank.online;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/** A layer that learns by one rule. A layer has the weights, features and monitor that all rules need. */
public abstract sealed class Layer implements OnlineRule permits ComponentRule, LatentPredictive {
    private enum Kind {
        OJA,
        SANGER,
        LATENT_PREDICTIVE
    }

    final Weights weights;
    final float[] z;
    private Monitor monitor;
    private long samples;

    Layer(Weights weights, Monitor monitor) {
        this.weights = weights;
        this.z = new float[weights.units];
        this.monitor = monitor;
    }

    /** Computes the features of x into {@link #z}. */
    abstract void respond(float[] x);

    /** Changes the weights after {@link #respond}. */
    abstract void learn(float[] x);

    @Override
    public final int inputs() {
        return weights.inputs;
    }

    @Override
    public final int units() {
        return weights.units;
    }

    @Override
    public final long samples() {
        return samples;
    }

    @Override
    public final Monitor monitor() {
        return monitor;
    }

    @Override
    public final Alarm alarm() {
        return monitor.alarm();
    }

    @Override
    public final float[] weights() {
        return weights.byUnit();
    }

    @Override
    public final float[] transform(float[] x) {
        Check.sample(x, weights.inputs);
        respond(x);
        return z;
    }

    @Override
    public final float[] update(float[] x) {
        transform(x);
        requireFinite();
        learn(x);
        samples++;
        monitor.observe(x, z);
        return z;
    }

    private void requireFinite() {
        float sum = 0;
        for (float value : z) {
            sum += 0 * value;
        }
        if (sum != 0) {
            throw new IllegalStateException(
                    "rule: found features that are not finite after %d samples, expected finite ones; lower the learning rate and begin anew"
                            .formatted(samples));
        }
    }

    @Override
    public void sequenceEnds() {}

    @Override
    public final void requireLike(OnlineRule other) {
        Check.that(
                other instanceof Layer,
                "learners: found a stack and a layer, expected two of one kind; give learners of one kind");
        Layer layer = (Layer) other;
        Check.that(
                getClass() == layer.getClass() && inputs() == layer.inputs() && units() == layer.units(),
                "learners: found %s of %d inputs and %d units, expected %s of %d and %d; give learners of one kind and shape",
                layer.getClass().getSimpleName(),
                layer.inputs(),
                layer.units(),
                getClass().getSimpleName(),
                inputs(),
                units());
        Check.that(
                settings().equals(layer.settings()),
                "learners: found %s, expected %s; give learners of equal settings",
                layer.settings(),
                settings());
    }

    @Override
    public final void merge(OnlineRule other) {
        requireLike(other);
        Layer layer = (Layer) other;
        double share = Monitor.share(samples, layer.samples);
        float[] own = weights.byUnit();
        float[] theirs = layer.weights.byUnit();
        int[] signs = signs(own, theirs);
        for (int k = 0; k < own.length; k++) {
            own[k] += (float) (share * (signs[k / inputs()] * (double) theirs[k] - own[k]));
        }
        weights.set(own);
        mergeEstimates(layer, share, signs);
        monitor.pool(layer.monitor, signs);
        samples += layer.samples;
        sequenceEnds();
    }

    /**
     * For each unit, -1 if its two weight vectors point in opposite directions and its sign may be flipped,
     * otherwise 1.
     */
    private int[] signs(float[] own, float[] theirs) {
        int[] signs = new int[units()];
        for (int i = 0; i < signs.length; i++) {
            double product = 0;
            for (int k = i * inputs(); k < (i + 1) * inputs(); k++) {
                product += (double) own[k] * theirs[k];
            }
            signs[i] = odd() && product < 0 ? -1 : 1;
        }
        return signs;
    }

    /** Whether the sign of a unit may be flipped without changing what the unit learns. */
    abstract boolean odd();

    /** All settings except the shape, the seed and the limits of the monitor. */
    abstract Object settings();

    /** Combines the running estimates of two layers. Some rules have none. */
    void mergeEstimates(Layer other, double share, int[] signs) {}

    /** Writes the settings. The method {@code read} of the class makes a new layer from them. */
    abstract void writeSettings(DataOutputStream out) throws IOException;

    /** Writes the running estimates. */
    void writeEstimates(DataOutputStream out) throws IOException {}

    /** Reads the estimates that {@link #writeEstimates} wrote. */
    void readEstimates(DataInputStream in) throws IOException {}

    final void write(DataOutputStream out) throws IOException {
        Kind kind = this instanceof Oja ? Kind.OJA : this instanceof Sanger ? Kind.SANGER : Kind.LATENT_PREDICTIVE;
        out.writeByte(kind.ordinal());
        out.writeInt(weights.inputs);
        out.writeInt(weights.units);
        writeSettings(out);
        out.writeLong(samples);
        weights.write(out);
        monitor.write(out);
        writeEstimates(out);
    }

    static Layer read(DataInputStream in) throws IOException {
        Kind kind = State.choice(in, Kind.values());
        int inputs = in.readInt();
        int units = in.readInt();
        Check.shape(inputs, units);
        Layer layer = switch (kind) {
            case OJA -> new Oja(in, inputs, units);
            case SANGER -> new Sanger(in, inputs, units);
            case LATENT_PREDICTIVE -> LatentPredictive.read(in, inputs, units);
        };
        layer.samples = in.readLong();
        layer.weights.read(in);
        layer.monitor = Monitor.read(in, inputs, units);
        layer.readEstimates(in);
        return layer;
    }
}
