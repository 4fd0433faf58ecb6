package org.fullrank.compare;

import java.util.List;

/// The table of a report in Markdown.
final class Markdown {
    private Markdown() {}

    static String of(ComparisonReport report) {
        Sheet sheet = report.sheet();
        var text = new StringBuilder();
        line(text, sheet.head());
        line(text, sheet.head().stream().map(title -> "---").toList());
        sheet.rows().forEach(row -> line(text, row));
        text.append("\nProtocol ").append(report.protocol().hash()).append(".\n");
        report.remarks().forEach(remark -> text.append("\n- ").append(remark));
        return text.append(report.remarks().isEmpty() ? "" : "\n").toString();
    }

    private static void line(StringBuilder text, List<String> cells) {
        text.append('|');
        cells.forEach(cell -> text.append(' ').append(cell.replace("|", "\\|")).append(" |"));
        text.append('\n');
    }
}
