package org.fullrank.lab;

import java.util.List;
import org.ejml.simple.SimpleMatrix;

/// Projector, predictor and target network of BYOL. The online network predicts the target's projection of
/// the other view, and the target follows the online network.
final class ByolHead implements VcregTraining.Head {
    /// Share of the target that a step keeps.
    static final double KEEP = 0.99;

    private final Perceptron projector;
    private final Perceptron predictor;
    private final Perceptron targetEncoder;
    private final Perceptron targetProjector;
    private final Adam ofProjector;
    private final Adam ofPredictor;

    ByolHead(Perceptron encoder, Perceptron projector, Perceptron predictor) {
        this.projector = projector;
        this.predictor = predictor;
        targetEncoder = encoder.copy();
        targetProjector = projector.copy();
        ofProjector = new Adam(projector, VcregTraining.RATE);
        ofPredictor = new Adam(predictor, VcregTraining.RATE);
    }

    @Override
    public List<SimpleMatrix> learn(List<SimpleMatrix> first, List<SimpleMatrix> second) {
        SimpleMatrix both = first.getLast().concatRows(second.getLast());
        List<SimpleMatrix> projected = projector.outputs(both);
        List<SimpleMatrix> predicted = predictor.outputs(projected.getLast());
        SimpleMatrix other = second.getFirst().concatRows(first.getFirst());
        SimpleMatrix target = targetProjector.apply(targetEncoder.apply(other));
        Perceptron.Slope last = predictor.slope(predicted, PairLoss.cosineSlope(predicted.getLast(), target));
        Perceptron.Slope middle = projector.slope(projected, last.input());
        ofPredictor.step(last.parameters());
        ofProjector.step(middle.parameters());
        int rows = first.getLast().getNumRows();
        return List.of(middle.input().rows(0, rows), middle.input().rows(rows, 2 * rows));
    }

    @Override
    public SimpleMatrix embedding(SimpleMatrix z) {
        return projector.apply(z);
    }

    @Override
    public void follow(Perceptron encoder) {
        targetEncoder.follow(encoder, KEEP);
        targetProjector.follow(projector, KEEP);
    }
}
