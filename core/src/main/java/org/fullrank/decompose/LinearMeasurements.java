package org.fullrank.decompose;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.zip.CRC32C;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;
import org.fullrank.net.SignalShape;

/// Measurements of a matrix or 3-way tensor that is not observed itself: `A(X)` plus noise.
///
/// ```java
/// var rays = ParallelBeam.of(64, 64, 91, angles);
/// Decomposition fitted = Decomposition.fit(LinearMeasurements.of(rays, values), DecompositionSettings.ofRank(8));
/// float[] picture = fitted.reconstruction(); // [64, 64]
/// ```
///
/// @param map the linear map A
/// @param entries the measured values as a matrix of one row, `[1, m]`
public record LinearMeasurements(Measurement map, PartialTensor entries) implements Observed {
    private static final long PROBE = Keyed.name("probe of a measurement");

    /// @throws InputException when the tensor would be neither a matrix nor a 3-way tensor, or when the number of
    ///     values is not that of the map
    public LinearMeasurements {
        InputException.unless(
                map.shape().size() == 2 || map.shape().size() == 3,
                "operator: found a tensor of shape %s, expected a matrix [M, N] or a 3-way tensor [H, W, B]",
                map.shape());
        InputException.unless(
                entries.rows() == 1 && entries.columns() == map.count(),
                "measurements: found %d values, expected %d, those of the operator",
                entries.size(),
                map.count());
    }

    /// @param values measured values `[m]`
    /// @throws InputException as above, or when a value is not finite
    public static LinearMeasurements of(Measurement map, float[] values) {
        return new LinearMeasurements(map, PartialTensor.of(List.of(1, values.length), values));
    }

    @Override
    public List<Integer> shape() {
        return map.shape();
    }

    @Override
    public int observations() {
        return entries.observedCount();
    }

    @Override
    public List<SignalShape> sides(ThreeWay threeWay) {
        return threeWay.sides(shape());
    }

    @Override
    public String fingerprint() {
        return "%s %08x of %s".formatted(entries.fingerprint(), mapChecksum(), shape());
    }

    /// A checksum of what the map makes of a fixed random tensor, because a map can be a function. Two different maps
    /// give different measurements of it.
    private long mapChecksum() {
        Keyed random = Keyed.of(PROBE);
        double[] tensor = new double
                [Math.toIntExact(shape().stream().mapToLong(Integer::longValue).reduce(1, Math::multiplyExact))];
        for (int i = 0; i < tensor.length; i++) {
            tensor[i] = random.nextGaussian();
        }
        var crc = new CRC32C();
        var bytes = ByteBuffer.allocate(4);
        for (double value : map.of(tensor)) {
            crc.update(bytes.clear().putFloat((float) value).flip());
        }
        return crc.getValue();
    }

    /// The size of the entries of the tensor divided by the size of the measured values. The tensor is estimated by the
    /// least-squares tensor on the line of `A' b`, where b are the measured values. It is blurred, but it has the
    /// right size. Entries that no measurement sees do not count, so a mask has the gain 1.
    double gain() {
        double[] values = new double[entries.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = entries.values()[i]; // 0 where missing
        }
        double[] back = map.adjoint(values);
        double[] again = map.of(back);
        double squares = 0;
        double product = 0;
        double total = 0;
        for (int i = 0; i < values.length; i++) {
            squares += entries.observed()[i] ? again[i] * again[i] : 0;
            product += again[i] * values[i];
            total += values[i] * values[i];
        }
        double length = 0;
        int seen = 0;
        for (double entry : back) {
            length += entry * entry;
            seen += entry != 0 ? 1 : 0;
        }
        InputException.unless(
                squares > 0 && Double.isFinite(squares),
                "operator: found A A' b of length %s for the measured values b, expected a positive number; check the"
                        + " operator A and its adjoint",
                Math.sqrt(squares));
        return product / squares * Math.sqrt(length / seen / (total / entries.observedCount()));
    }
}
