package org.fullrank.page;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.fullrank.diagnose.Diagnosis;

/// The page that `fullrank diagnose --page` writes: the verdicts, measurements and plots of one or several
/// embeddings.
public final class DiagnosisPage {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private DiagnosisPage() {}

    /// One HTML file that needs no other files.
    public static String html(List<Diagnosis> diagnoses) {
        ObjectNode data = MAPPER.createObjectNode().put("kind", "diagnoses");
        data.set(
                "diagnoses",
                MAPPER.valueToTree(diagnoses.stream().map(Diagnosis::toMap).toList()));
        String title = diagnoses.size() == 1 ? diagnoses.getFirst().subject() : diagnoses.size() + " embeddings";
        return Html.alone("Fullrank diagnosis: " + title, data);
    }
}
