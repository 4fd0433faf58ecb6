package org.fullrank.lab;

import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Tensors;
import org.fullrank.objective.Covariance;
import org.fullrank.objective.MeanSingularValue;
import org.fullrank.objective.VarianceHinge;
import org.fullrank.objective.Vicreg;

/// A regularizer of a network.
enum FeatureTerm {
    NONE("none", 0),
    /// Decoupled weight decay of all matrices.
    DECAY("weight decay", 0.1, 1, 10),
    /// VICReg's variance term.
    VARIANCE("variance", 0.01, 0.1, 1),
    /// The bounded form of SVMax.
    SVMAX("SVMax", 0.01, 0.1, 1),
    /// VICReg's variance and covariance terms, with the weights of its paper relative to the variance.
    VICREG("variance and covariance", 0.01, 0.1, 1);

    private final String label;
    private final double[] strengths;

    FeatureTerm(String label, double... strengths) {
        this.label = label;
        this.strengths = strengths;
    }

    String label() {
        return label;
    }

    /// The strengths from which validation data choose, ascending.
    double[] strengths() {
        return strengths.clone();
    }

    /// Whether it is a loss on the features of a layer.
    boolean actsOnFeatures() {
        return this != NONE && this != DECAY;
    }

    /// The term for the features `[B, D]` of a layer.
    @FunctionalInterface
    interface Value {
        Tensor of(FeatureTerm term, Tensor z);
    }

    /// As published.
    static Tensor published(FeatureTerm term, Tensor z) {
        return switch (term) {
            case NONE, DECAY -> throw new IllegalArgumentException(term + " does not act on features");
            case VARIANCE -> VarianceHinge.defaults().evaluate(z).total();
            case SVMAX -> MeanSingularValue.defaults().evaluate(z).total();
            case VICREG ->
                VarianceHinge.defaults()
                        .evaluate(z)
                        .total()
                        .add(new Covariance()
                                .evaluate(z)
                                .total()
                                .mul(Tensors.scalar(Vicreg.DEFAULT_COVARIANCE / Vicreg.DEFAULT_WEIGHT)));
        };
    }
}
