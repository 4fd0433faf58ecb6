package org.fullrank.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.fullrank.diagnose.Diagnosis;
import org.fullrank.diagnose.Measure;
import org.fullrank.diagnose.Reading;
import org.fullrank.diagnose.Section;
import org.fullrank.diagnose.Verdict;
import org.junit.jupiter.api.Test;

class DiagnosisPageTest {
    private static Diagnosis diagnosis(String subject) {
        return new Diagnosis(
                subject,
                100,
                3,
                List.of(new Verdict(Verdict.Kind.DIMENSIONAL, 0.9, "rank 1 of 3", "raise the variance term")),
                List.of(new Section("spread", List.of(Reading.of(Measure.STD, Double.NaN)))),
                new Diagnosis.Plots(
                        new double[] {3, 1, 0}, new double[] {2, 2, 2}, new double[] {1, 0, 0}, new double[101]),
                List.of("1 row with NaN was left out: 17"),
                List.of("uncorrelated but not independent"));
    }

    @Test
    void holdsVerdictFiguresPlotsWarningsAndNotes() {
        String html = DiagnosisPage.html(List.of(diagnosis("z.npy")));
        assertThat(html)
                .contains("<title>Fullrank diagnosis: z.npy</title>")
                .contains("\"kind\":\"diagnoses\"")
                .contains("\"title\":\"dimensional collapse\"")
                .contains("\"singularValues\":[3.0,1.0,0.0]")
                .contains("\"value\":null")
                .contains("1 row with NaN was left out: 17")
                .contains("\"notes\":[\"uncorrelated but not independent\"]");
    }

    @Test
    void aFileNameCannotBecomeMarkup() {
        String html = DiagnosisPage.html(List.of(diagnosis("</script><b>"), diagnosis("other")));
        assertThat(html).contains("2 embeddings").doesNotContain("</script><b>");
    }
}
