package org.fullrank.diagnose;

/// The confidence that a measure is beyond its threshold. The confidence is 1/2 at the threshold. The
/// confidence rises towards 1 beyond the threshold and falls towards 0 on the other side. All values that
/// rules compare are positive. So a value is compared with its threshold by their ratio:
///
/// ```
/// c = 1 / (1 + exp(-1.702 x / s)),  x = ln(value / threshold),  s^2 = ln(LEEWAY)^2 + e^2
/// ```
///
/// This logistic function is within 0.01 of the normal distribution function. The formula assumes that the
/// threshold is uncertain by the factor [#LEEWAY], and that the value has the relative standard error e.
final class Confidence {
    /// Factor by which a threshold may be wrong. Thresholds are judgments. The thresholds of two careful
    /// people can differ by a factor of 1.5.
    static final double LEEWAY = 1.5;

    /// Makes the logistic function similar to the normal distribution function (Camilli 1994, "Origin of the
    /// scaling constant d = 1.7").
    private static final double LOGISTIC = 1.702;

    private Confidence() {}

    /// The confidence that `value` is above `threshold`.
    ///
    /// @param error relative standard error of the value; 0 if it is exact
    /// @return 0 if the value is not a number or not above 0
    static double above(double value, double threshold, double error) {
        if (!(value > 0)) {
            return 0;
        }
        double scale = Math.hypot(Math.log(LEEWAY), error);
        return 1 / (1 + Math.exp(-LOGISTIC * Math.log(value / threshold) / scale));
    }

    /// The confidence that `value` is below `threshold`.
    ///
    /// @param error relative standard error of the value; 0 if it is exact
    /// @return 0 if the value is not a number, 1 if it is not above 0
    static double below(double value, double threshold, double error) {
        return Double.isNaN(value) ? 0 : 1 - above(value, threshold, error);
    }
}
