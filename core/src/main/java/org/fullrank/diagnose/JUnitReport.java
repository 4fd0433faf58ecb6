package org.fullrank.diagnose;

import java.io.StringWriter;
import java.util.List;
import java.util.Optional;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/// The result of checks in the XML format of JUnit, which build servers show: a suite for each diagnosis, and in
/// it a case for each condition.
public final class JUnitReport {
    /// The characters that XML 1.0 cannot contain.
    private static final String FORBIDDEN = "[^\\t\\n\\x{20}-\\x{D7FF}\\x{E000}-\\x{FFFD}\\x{10000}-\\x{10FFFF}]";

    private JUnitReport() {}

    /// The content of the file.
    ///
    /// @throws org.fullrank.engine.InputException when a figure was not measured
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

    private static void suite(XMLStreamWriter xml, Diagnosis diagnosis, List<FailCondition> conditions)
            throws XMLStreamException {
        List<Optional<String>> failures =
                conditions.stream().map(each -> each.failure(diagnosis)).toList();
        String subject = clean(diagnosis.subject());
        xml.writeStartElement("testsuite");
        xml.writeAttribute("name", subject);
        xml.writeAttribute("tests", String.valueOf(conditions.size()));
        xml.writeAttribute(
                "failures",
                String.valueOf(failures.stream().filter(Optional::isPresent).count()));
        xml.writeAttribute("errors", "0");
        xml.writeAttribute("skipped", "0");
        for (int i = 0; i < conditions.size(); i++) {
            xml.writeStartElement("testcase");
            xml.writeAttribute("classname", subject);
            xml.writeAttribute("name", clean(conditions.get(i).text()));
            if (failures.get(i).isPresent()) {
                xml.writeStartElement("failure");
                xml.writeAttribute("message", clean(failures.get(i).get()));
                xml.writeEndElement();
            }
            xml.writeEndElement();
        }
        xml.writeEndElement();
    }

    private static String clean(String text) {
        return text.replaceAll(FORBIDDEN, "?");
    }
}
