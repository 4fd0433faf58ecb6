package org.fullrank.online;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/**
 * Latent predictive learning and related rules. Each of these rules is local and has three terms: a pull towards the
 * features of the previous sample in the same sequence, a Hebbian push, and decorrelation.
 *
 * <pre>{@code
 * dW_ij = eta g_i x_j - eta decay W_ij
 * g_i = [ -pull (z_i - z_i(previous)) + hebbian push_i - decorrelation D_i ] f'(a_i)
 * }</pre>
 *
 * The formula contains {@link Push} as {@code push_i} and {@link Decorrelation} as {@code D_i}. Running estimates
 * replace batch statistics. They include the current sample. No gradient flows through the previous features.
 *
 * <p>Every term is the exact gradient of a loss of the current sample. The previous mean is treated as a constant, and
 * k is the estimate rate. The losses are {@code pull/2 sum (z - z(previous))^2}, {@code -hebbian/(2k) sum log(v + eps)}
 * or {@code hebbian/k sum max(0, 1 - sigma)}, and {@code decorrelation beta/(4k) sum_{k != i} C_ik^2}.
 *
 * <p>Consider {@code push = LOG_VARIANCE} and a unit whose output varies only along its weights. Then these weights
 * settle at the norm {@code |W_i| = sqrt(hebbian/decay)}. Losses of the form {@code mean (z - z')^2 - log var}, as in
 * the published toy example, have these terms with a pull of 2 and a hebbian of 2. Then the weights settle at {@code
 * sqrt(2/decay)}.
 *
 * <p>Source: the local VICReg rule of Halvagal and Zenke, Nature Neuroscience 2023, from its official code and erratum.
 * Halvagal and F. The online estimates with a constant rate are our choice, unverified against the paper.
 */
public final class LatentPredictive extends Layer {
    private final LatentSettings settings;
    private final Moments moments;
    private final float[] previous;
    private final float[] deviation; // u
    private final float[] decorrelation; // D
    private final float[] factor; // g
    private boolean continues; // whether previous belongs to the sequence of the next sample

    LatentPredictive(Weights weights, Monitor monitor, LatentSettings settings) {
        super(weights, monitor);
        this.settings = settings;
        this.moments = new Moments(weights.units, settings.decorrelation() == Decorrelation.CORRECTED);
        this.previous = new float[weights.units];
        this.deviation = new float[weights.units];
        this.decorrelation = new float[weights.units];
        this.factor = new float[weights.units];
    }

    /**
     * The full rule: pull, log-variance push and corrected decorrelation, with the constants of {@link LatentSettings}.
     */
    public static Builder builder(int inputs, int units) {
        return new Builder(inputs, units);
    }

    /**
     * Only the log-variance push and decay. For one unit with centered input, it has the fixed points of Oja's rule.
     */
    public static Builder logVarianceHebb(int inputs, int units) {
        return builder(inputs, units).pull(0).decorrelation(Decorrelation.NONE, Population.OTHERS, 0);
    }

    /**
     * The local VICReg rule: pull, a push of the given form, and the decorrelation in the form of the first
     * publication.
     */
    public static Builder localVicReg(int inputs, int units, Push push) {
        return builder(inputs, units)
                .hebbian(push, LatentSettings.HEBBIAN)
                .decorrelation(Decorrelation.PRINTED, Population.OTHERS, LatentSettings.DECORRELATION);
    }

    /** Settings of {@link LatentPredictive}. */
    public static final class Builder extends LayerBuilder<Builder> {
        private Activation activation = Activation.LINEAR;
        private double pull = LatentSettings.PULL;
        private Push push = Push.LOG_VARIANCE;
        private double hebbian = LatentSettings.HEBBIAN;
        private Decorrelation decorrelation = Decorrelation.CORRECTED;
        private Population population = Population.OTHERS;
        private double decorrelationWeight = LatentSettings.DECORRELATION;
        private double decay = LatentSettings.DECAY;
        private Schedule estimateRate = Schedule.constant(LatentSettings.ESTIMATE_RATE);
        private double epsilon = LatentSettings.EPSILON;

        private Builder(int inputs, int units) {
            super(inputs, units, LatentSettings.LEARNING_RATE);
        }

        @Override
        Builder self() {
            return this;
        }

        /** The function that the units compute. */
        public Builder activation(Activation value) {
            activation = value;
            return this;
        }

        /** Weight of the pull towards the previous sample; 0 for none. */
        public Builder pull(double weight) {
            pull = weight;
            return this;
        }

        /** Form and weight of the Hebbian push; weight 0 for none. */
        public Builder hebbian(Push form, double weight) {
            push = form;
            hebbian = weight;
            return this;
        }

        /** Form and weight of the decorrelation. */
        public Builder decorrelation(Decorrelation form, Population over, double weight) {
            decorrelation = form;
            population = over;
            decorrelationWeight = weight;
            return this;
        }

        /** Weight decay: each sample subtracts {@code eta decay W} from the weights. */
        public Builder decay(double value) {
            decay = value;
            return this;
        }

        /** A constant rate for the running estimates. */
        public Builder estimateRate(double rate) {
            return estimateRate(Schedule.constant(rate));
        }

        /** The rate of the running estimates. */
        public Builder estimateRate(Schedule schedule) {
            estimateRate = schedule;
            return this;
        }

        /** The number that is added to every running variance. */
        public Builder epsilon(double value) {
            epsilon = value;
            return this;
        }

        @Override
        public LatentPredictive build() {
            LatentSettings settings = new LatentSettings(
                    activation,
                    pull,
                    push,
                    hebbian,
                    decorrelation,
                    population,
                    decorrelationWeight,
                    decay,
                    learningRate(),
                    estimateRate,
                    epsilon);
            return new LatentPredictive(newWeights(), newMonitor(), settings);
        }
    }

    @Override
    public LatentSettings settings() {
        return settings;
    }

    @Override
    void respond(float[] x) {
        weights.multiply(x, z);
        Activation activation = settings.activation();
        if (activation != Activation.LINEAR) {
            for (int i = 0; i < z.length; i++) {
                z[i] = activation.value(z[i]);
            }
        }
    }

    @Override
    void learn(float[] x) {
        moments.observe(z, settings.estimateRate().at(samples()));
        for (int i = 0; i < z.length; i++) {
            deviation[i] = (float) (z[i] - moments.mean[i]);
        }
        decorrelate();
        combine();
        double eta = settings.learningRate().at(samples());
        for (int i = 0; i < factor.length; i++) {
            factor[i] *= (float) eta;
        }
        weights.learn(1 - eta * settings.decay(), factor, x);
        System.arraycopy(z, 0, previous, 0, z.length);
        continues = true;
    }

    /** {@code D}, without its weight. */
    private void decorrelate() {
        if (settings.decorrelation() == Decorrelation.NONE || z.length == 1) {
            return;
        }
        float self = settings.population() == Population.OTHERS ? 1 : 0;
        float beta = 1f / (z.length - 1);
        if (settings.decorrelation() == Decorrelation.CORRECTED) {
            moments.covarianceTimes(deviation, decorrelation);
            for (int i = 0; i < z.length; i++) {
                decorrelation[i] = beta * (decorrelation[i] - self * (float) moments.variance[i] * deviation[i]);
            }
        } else {
            float sum = 0;
            for (float u : deviation) {
                sum += u * u;
            }
            for (int i = 0; i < z.length; i++) {
                float u = deviation[i];
                decorrelation[i] = beta * u * (sum - self * u * u);
            }
        }
    }

    /** {@code g}. */
    private void combine() {
        double pull = continues ? settings.pull() : 0;
        double hebbian = settings.hebbian();
        double apart = settings.decorrelationWeight();
        Push push = settings.push();
        Activation activation = settings.activation();
        for (int i = 0; i < z.length; i++) {
            double g = hebbian * push.factor(deviation[i], moments.variance[i] + settings.epsilon())
                    - pull * (z[i] - previous[i])
                    - apart * decorrelation[i];
            factor[i] = (float) g * activation.slope(z[i]);
        }
    }

    /** {@code g} of the latest sample times the learning rate of this sample, {@code [units]}; not a copy. */
    float[] latestFactor() {
        return factor;
    }

    @Override
    public void sequenceEnds() {
        continues = false;
    }

    @Override
    boolean odd() {
        return settings.activation().odd();
    }

    @Override
    void mergeEstimates(Layer other, double share, int[] signs) {
        moments.pool(((LatentPredictive) other).moments, share, signs);
    }

    @Override
    void writeSettings(DataOutputStream out) throws IOException {
        settings.write(out);
    }

    @Override
    void writeEstimates(DataOutputStream out) throws IOException {
        moments.write(out);
        State.write(out, previous);
        out.writeBoolean(continues);
    }

    @Override
    void readEstimates(DataInputStream in) throws IOException {
        moments.read(in);
        State.read(in, previous);
        continues = in.readBoolean();
    }

    static LatentPredictive read(DataInputStream in, int inputs, int units) throws IOException {
        return new LatentPredictive(
                new Weights(inputs, units), new Monitor(inputs, units, Limits.defaults()), LatentSettings.read(in));
    }
}
