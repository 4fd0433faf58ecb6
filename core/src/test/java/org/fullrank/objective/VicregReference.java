package org.fullrank.objective;

import java.util.List;
import org.fullrank.objective.Vicreg.Form;

final class VicregReference implements Reference<Vicreg> {
    @Override
    public List<Vicreg> settings() {
        return List.of(
                Vicreg.defaults(), Vicreg.of(Form.PAPER), Vicreg.of(Form.SOLO), new Vicreg(3, 5, 7, 2, 1e-2));
    }

    @Override
    public double value(Vicreg loss, Batch batch) {
        double divisor = loss.form() == Form.PAPER ? batch.rows() : batch.rows() * batch.columns();
        double branches = loss.form() == Form.OFFICIAL ? 1 : 2;
        var hinge = new VarianceHinge(loss.gamma(), loss.epsilon());
        double invariance = NaiveStatistics.squaredDistance(batch.views()) / divisor;
        double variance = branches * NaiveStatistics.mean(batch, z -> VarianceHingeReference.value(hinge, batch, z));
        double covariance = 2 * NaiveStatistics.mean(batch, z -> CovarianceReference.value(batch, z));
        return loss.invariance() * invariance + loss.variance() * variance + loss.covariance() * covariance;
    }
}
