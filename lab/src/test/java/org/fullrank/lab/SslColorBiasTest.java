package org.fullrank.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.fullrank.lab.SslClassBias.Method;
import org.junit.jupiter.api.Test;

class SslColorBiasTest {
    /// Accuracies of three runs for all views, and without crop, jitter and gray.
    private static Map<Method, ClassAccuracies> measured(double crop, double jitter, double gray, boolean alike) {
        Map<Method, ClassAccuracies> measured = new EnumMap<>(Method.class);
        for (Method method : Method.values()) {
            double[][][] shares = new double[4][3][10];
            for (int run = 0; run < 3; run++) {
                for (int c = 0; c < 10; c++) {
                    double own = 0.4 + 0.01 * run;
                    boolean plane = c == 0 || c == 8;
                    double noise = (alike || method.ordinal() == 0 ? 0.001 : -0.001) * c;
                    double spread = alike ? 0.05 * (run - 1) : 0; // so large that no loss is significant
                    shares[0][run][c] = own;
                    shares[1][run][c] = own - (plane ? crop : 0);
                    shares[2][run][c] = own - jitter;
                    shares[3][run][c] = own - gray + noise + spread;
                }
            }
            int[] items = new int[10];
            Arrays.fill(items, 1000);
            measured.put(method, new ClassAccuracies(List.of("a", "b", "c", "d"), shares, items));
        }
        return measured;
    }

    private static List<ClaimVerdict> verdicts(Map<Method, ClassAccuracies> measured) {
        return SslColorBias.claims(measured).stream().map(Claim::verdict).toList();
    }

    @Test
    void everyClaimCanHoldAndFail() {
        assertThat(verdicts(measured(0.03, 0, -0.02, true))).containsOnly(ClaimVerdict.HOLDS);
        List<ClaimVerdict> planted = verdicts(measured(-0.03, -0.05, 0.05, false));
        assertThat(planted).containsOnly(ClaimVerdict.FAILS);
        assertThat(verdicts(Map.of())).containsOnly(ClaimVerdict.UNDECIDABLE);
    }
}
