package org.fullrank.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.ejml.simple.SimpleMatrix;
import org.fullrank.lab.PairLoss.Covariance;
import org.fullrank.lab.VcregMeasured.Dependence;
import org.fullrank.lab.VcregTraining.Arm;
import org.fullrank.lab.VcregTraining.Kind;
import org.fullrank.lab.VcregTraining.Trained;

/// Checks whether a covariance term behind a projector makes the dimensions in front of it independent.
///
/// @param covariance under test
record VcregIndependence(Covariance covariance) implements Experiment {
    /// Widths of the ReLU projectors.
    static final int[] WIDTHS = {8, 32, 128};

    /// Rows of a measurement.
    private static final int ROWS = 500;

    VcregIndependence() {
        this(PairLoss::covariance);
    }

    @Override
    public Description description() {
        return new Description(
                "vcreg-independence",
                "a covariance term behind a wide projector makes the dimensions in front of it independent",
                "Mialon, Balestriero and LeCun, Variance Covariance Regularization Enforces Pairwise Independence in"
                        + " Self-Supervised Representations, 2022, arXiv 2209.14905",
                "the claims of the abstract. The set-up, the formulas and the margins come from this project",
                """
                Does a loss that removes correlations also remove other dependence? The experiment trains small
                encoders with a covariance term behind projectors of several kinds and widths, and measures how
                dependent the dimensions in front of the projector are. You see that a wide projector makes them
                much more independent than a narrow one, even if it is random, and that its own outputs stay
                dependent.

                VICReg, Barlow Twins and W-MSE push the covariances of their embeddings to zero. So the embeddings
                become uncorrelated. The paper says that the representation, which is the input of the projector,
                then gets more than that: its dimensions become pairwise independent.

                **Why.** Let the projector act on each dimension separately, with features `phi_k(z_i)`. The squared
                covariances between the features of two dimensions sum up to HSIC of these dimensions, with the
                kernel `k(x, y) = phi(x).phi(y)`. HSIC is zero only for independent dimensions, if there are enough
                features. A ReLU layer mixes the dimensions, so it has these covariances only among others.

                **Set-up.** Six independent uniform sources of variance 1 are mixed to 12 inputs `tanh(s A)`, with
                Gaussian A of variance 1/6. The two views of a sample have sources with Gaussian noise of deviation
                0.1. The encoder has 48 hidden ReLU units and 6 outputs. Adam trains it with the rate 0.002 and new
                samples in each step: 1000 steps of 128 samples (300 in a quick run). The objectives are:

                - *no projector*: VICReg on the representation, with the weights 25 for invariance and variance,
                  and 10 for the covariance. The weight of the covariance is the same for all projectors. VICReg's
                  own weight is 1, for embeddings of thousands of dimensions.
                - *elementwise*: the same, but the covariance is that between 16 cosine features `cos(a z + b)` of
                  each dimension and those of other dimensions.
                - *random ReLU*, *trained ReLU*: VICReg behind one layer `relu(W z + b)`, fixed at its initial values
                  or trained.
                - *SimCLR*, *BYOL*: with projectors of 64 hidden units and 16 outputs, temperature 0.5, and a target
                  that keeps 0.99 of itself.

                **Measurement.** HSIC with the Gaussian kernel, averaged over the 15 pairs of dimensions, on 500 new
                samples without noise. The bandwidth is the median distance, or the deviation where most values are
                equal. The input of the projector is the representation, and the output is what the loss sees. Of wide
                outputs, HSIC is that of 6 of them, and r^2 is the mean over all pairs. The table has the mean of 3
                trainings (one in a quick run). HSIC of shuffled dimensions is subtracted in the ratios.

                **What to look at.** In front of the projector: the wider it is, the more independent the dimensions. A
                random projector does as well as a trained one. SimCLR and BYOL leave more dependence. But on this small
                task most of the gain is decorrelation: VICReg without a projector leaves about as little dependence as
                the widest ReLU projector. Only the elementwise features remove most of the rest.

                Behind a ReLU projector: the outputs become less correlated, but not independent. Only the input becomes
                independent. Of the ReLU projectors, narrow ones have the least correlated outputs and the most
                dependent inputs: few covariances can be zero even if the inputs depend on each other. The paper's claim
                that independence helps on other data is not tested here. That the same term separates mixtures is the
                method of `fullrank unmix`.
                """);
    }

    static List<Arm> arms() {
        List<Arm> arms = new ArrayList<>(List.of(
                new Arm("untrained", Kind.UNTRAINED, 0),
                new Arm("no projector", Kind.NONE, 0),
                new Arm("elementwise", Kind.ELEMENTWISE, 0)));
        for (Kind kind : List.of(Kind.RANDOM, Kind.TRAINED)) {
            for (int width : WIDTHS) {
                arms.add(new Arm((kind == Kind.RANDOM ? "random ReLU " : "trained ReLU ") + width, kind, width));
            }
        }
        arms.add(new Arm("SimCLR", Kind.SIMCLR, 0));
        arms.add(new Arm("BYOL", Kind.BYOL, 0));
        return arms;
    }

    @Override
    public Outcome run(Setting setting) {
        VcregTraining training = new VcregTraining(covariance, setting);
        SimpleMatrix test = training.test(ROWS);
        int draws = setting.size(1, 3);
        record Task(Arm arm, int draw) {}
        List<VcregMeasured> measured = arms().stream()
                .flatMap(arm -> IntStream.range(0, draws).mapToObj(draw -> new Task(arm, draw)))
                .toList()
                .parallelStream()
                .map(task -> measured(task.arm, training.train(task.arm, task.draw), test))
                .toList();
        var comparison = new VcregComparison(IntStream.range(0, arms().size())
                .mapToObj(i -> VcregMeasured.mean(measured.subList(i * draws, (i + 1) * draws)))
                .toList());
        List<Claim> claims = new ArrayList<>(new VcregIdentities(covariance).claims(setting));
        claims.addAll(comparison.inFront());
        claims.addAll(comparison.behind());
        return new Outcome(claims, comparison.table(), comparison.figure());
    }

    private static VcregMeasured measured(Arm arm, Trained trained, SimpleMatrix test) {
        SimpleMatrix z = trained.encoder().apply(test);
        SimpleMatrix start = trained.start().apply(test);
        return new VcregMeasured(
                arm,
                Dependence.of(z),
                Dependence.of(trained.head().embedding(z)),
                Dependence.squaredCorrelation(trained.head().embedding(start)));
    }
}
