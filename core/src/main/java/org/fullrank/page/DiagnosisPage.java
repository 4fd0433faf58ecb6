package org.fullrank.page;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.fullrank.diagnose.Diagnosis;
import org.fullrank.diagnose.DiagnosisComparison;
import org.jspecify.annotations.Nullable;

/// The page that `fullrank diagnose --page` writes: the verdicts, measurements and plots of one or several
/// embeddings.
public final class DiagnosisPage {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private DiagnosisPage() {}

    /// One HTML file that needs no other files.
    public static String html(List<Diagnosis> diagnoses) {
        return html(diagnoses, null);
    }

    /// The same with the comparison of two diagnoses on top, if there is one.
    public static String html(List<Diagnosis> diagnoses, @Nullable DiagnosisComparison comparison) {
        ObjectNode data = MAPPER.createObjectNode().put("kind", "diagnoses");
        if (comparison != null) {
            data.set("comparison", MAPPER.valueToTree(comparison.toMap()));
        }
        data.set(
                "diagnoses",
                MAPPER.valueToTree(diagnoses.stream().map(Diagnosis::toMap).toList()));
        String title = diagnoses.size() == 1 ? diagnoses.getFirst().subject() : diagnoses.size() + " embeddings";
        return Html.alone("Fullrank diagnosis: " + title, data);
    }
}
