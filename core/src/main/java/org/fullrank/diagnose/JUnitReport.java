package org.fullrank.diagnose;

import java.io.StringWriter;
import java.util.List;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;
import org.fullrank.engine.InputException;
import org.jspecify.annotations.Nullable;

/// The result of checks in the XML format of JUnit, which build servers show: a suite for each diagnosis, and in
/// it a case for each condition.
public final class JUnitReport {
    /// The characters that XML 1.0 cannot contain.
    private static final String FORBIDDEN = "[^\\t\\n\\x{20}-\\x{D7FF}\\x{E000}-\\x{FFFD}\\x{10000}-\\x{10FFFF}]";

    private static final String FAILURE = "failure";
    private static final String ERROR = "error";

    private JUnitReport() {}

    /// The content of the file. A figure that was not measured is an error of its case.
    public static String xml(List<Diagnosis> diagnoses, List<FailCondition> conditions) {
        var text = new StringWriter();
        try {
            XMLStreamWriter xml = XMLOutputFactory.newFactory().createXMLStreamWriter(text);
            xml.writeStartDocument("UTF-8", "1.0");
            xml.writeStartElement("testsuites");
            for (Diagnosis diagnosis : diagnoses) {
                suite(xml, diagnosis, conditions);
            }
            xml.writeEndElement();
            xml.writeEndDocument();
            xml.close();
        } catch (XMLStreamException e) {
            throw new IllegalStateException(e); // a writer into memory
        }
        return text + "\n";
    }

    /// @param kind `failure` or `error`; null if the condition passes
    private record Outcome(@Nullable String kind, String message) {
        static Outcome of(FailCondition condition, Diagnosis diagnosis) {
            try {
                return condition
                        .failure(diagnosis)
                        .map(message -> new Outcome(FAILURE, message))
                        .orElse(new Outcome(null, ""));
            } catch (InputException e) {
                return new Outcome(ERROR, String.valueOf(e.getMessage()));
            }
        }
    }

    private static void suite(XMLStreamWriter xml, Diagnosis diagnosis, List<FailCondition> conditions)
            throws XMLStreamException {
        List<Outcome> outcomes =
                conditions.stream().map(each -> Outcome.of(each, diagnosis)).toList();
        String subject = clean(diagnosis.subject());
        xml.writeStartElement("testsuite");
        xml.writeAttribute("name", subject);
        xml.writeAttribute("tests", String.valueOf(conditions.size()));
        xml.writeAttribute("failures", count(outcomes, FAILURE));
        xml.writeAttribute("errors", count(outcomes, ERROR));
        xml.writeAttribute("skipped", "0");
        for (int i = 0; i < conditions.size(); i++) {
            xml.writeStartElement("testcase");
            xml.writeAttribute("classname", subject);
            xml.writeAttribute("name", clean(conditions.get(i).text()));
            Outcome outcome = outcomes.get(i);
            if (outcome.kind != null) {
                xml.writeStartElement(outcome.kind);
                xml.writeAttribute("message", clean(outcome.message));
                xml.writeEndElement();
            }
            xml.writeEndElement();
        }
        xml.writeEndElement();
    }

    private static String count(List<Outcome> outcomes, String kind) {
        return String.valueOf(
                outcomes.stream().filter(each -> kind.equals(each.kind)).count());
    }

    private static String clean(String text) {
        return text.replaceAll(FORBIDDEN, "?");
    }
}
