package org.fullrank.decompose;

import java.util.List;
import org.fullrank.net.SignalShape;

/// What is known of the tensor that a fit looks for: its entries with noise, of which some may be missing, linear
/// measurements of it, or samples whose covariance it is.
public sealed interface Observed permits PartialTensor, LinearMeasurements, SampleCovariance {
    /// Sizes of the tensor, outermost first.
    List<Integer> shape();

    /// Numbers that the fit compares with the tensor or with its measurements.
    PartialTensor entries();

    /// Number of observations of which a share can be held out.
    int observations();

    /// The signals in the factors.
    List<SignalShape> sides(ThreeWay threeWay);

    /// A checksum of all that the fit uses. With it, a fit resumes only with the same data.
    String fingerprint();
}
