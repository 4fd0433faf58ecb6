package org.fullrank.diagnose;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.fullrank.diagnose.CollapseCases.Case;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DoctorTest {
    static List<Case> cases() {
        return CollapseCases.all();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void eachFaultIsCalledByItsName(Case known) {
        long t = System.nanoTime();
        Diagnosis found = known.rows().get().examined();
        System.out.printf("%-50s %-15s %.2fs %s%n", known.name(), known.expected(), (System.nanoTime() - t) / 1e9, found.verdicts());
        assertThat(found.verdict().kind()).as("%s", found.verdicts()).isEqualTo(known.expected());
    }
}
