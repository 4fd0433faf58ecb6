package org.fullrank.compare;

import java.util.List;
import java.util.StringJoiner;
import org.fullrank.diagnose.Measure;

/// The page of a report: one HTML file that needs nothing else, with the table, the curves of each candidate as small
/// pictures, and the protocol in full.
final class ComparisonPage {
    private static final List<String> METRICS = List.of("loss", "knn", Measure.RANKME.at("representation"));
    private static final List<String> TITLES = List.of("loss", "online kNN (checks while training)", "RankMe (checks)");
    private static final String STYLE = """
            :root { color-scheme: light dark; --ink: #1b222c; --quiet: #596472; --line: #dde2e8; --paper: #fff; --curve: #1f56c4; }
            @media screen and (prefers-color-scheme: dark) { :root { --ink: #e4e8ee; --quiet: #9aa5b3; --line: #303845;
              --paper: #12161c; --curve: #86aefc; } }
            body { font: 15px/1.5 system-ui, sans-serif; margin: 0 auto; padding: 1rem; max-width: 75rem; color: var(--ink);
              background: var(--paper); font-variant-numeric: tabular-nums; }
            h1 { font-size: 1.4rem; } h2 { font-size: 1.15rem; margin-top: 2rem; } h3 { font-size: 1rem; margin: 1rem 0 0; }
            h1, h3 { overflow-wrap: anywhere; } .wide { overflow-x: auto; } .wide:focus-visible { outline: 3px solid var(--curve); }
            table { border-collapse: collapse; font-size: 0.85rem; white-space: nowrap; }
            th, td { padding: 0.25rem 0.6rem; text-align: right; border-bottom: 1px solid var(--line); }
            th:first-child, td:first-child { text-align: left; padding-left: 0; position: sticky; left: 0; background: var(--paper); }
            .charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr)); gap: 0.5rem; }
            figure { margin: 0; } figcaption, .small { font-size: 0.8rem; color: var(--quiet); }
            svg { width: 100%; height: auto; } svg text { font-size: 10px; fill: var(--quiet); }
            .axis { fill: none; stroke: var(--quiet); } .band { fill: var(--curve); opacity: 0.2; }
            polyline { fill: none; stroke-width: 1.5; } .curve { stroke: var(--curve); } circle.curve { fill: var(--curve); }
            .reference { stroke: var(--quiet); stroke-dasharray: 4 3; } circle.reference { fill: var(--quiet); }
            dl { font-size: 0.8rem; } dt { font-weight: 600; } dd { margin: 0 0 0.3rem 1rem; overflow-wrap: anywhere; }
            @media (max-width: 40rem) { th:first-child, td:first-child { max-width: 10rem; white-space: normal; overflow-wrap: anywhere; } }
            @media print { body { max-width: none; font-size: 11px; } section { break-inside: avoid; } .wide { overflow: visible; }
              table { font-size: 0.65rem; white-space: normal; } .charts { grid-template-columns: repeat(3, 1fr); } }
            """;

    private ComparisonPage() {}

    static String of(ComparisonReport report) {
        var page = new StringBuilder("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n");
        page.append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n");
        page.append("<title>Comparison</title>\n<style>\n").append(STYLE).append("</style>\n</head>\n<body>\n");
        page.append(
                "<h1>Comparison of %d recipes</h1>\n".formatted(report.rows().size()));
        table(page, report.sheet());
        list(page, "small", Sheet.LEGEND);
        list(page, "remarks", report.remarks());
        page.append("<h2>Curves</h2>\n<p class=\"small\">Mean over seeds, the band one standard deviation to either")
                .append(" side; gray and dashed: the reference, ")
                .append(escaped(report.reference().candidate().label()))
                .append(". Loss values of different objectives are not comparable; kNN and RankMe have one scale for all.</p>\n");
        charts(page, report);
        protocol(page, report);
        return page.append("</body>\n</html>\n").toString();
    }

    private static void table(StringBuilder page, Sheet sheet) {
        page.append(
                "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"Table of results\"><table>\n<thead><tr>");
        sheet.head()
                .forEach(title ->
                        page.append("<th scope=\"col\">").append(escaped(title)).append("</th>"));
        page.append("</tr></thead>\n<tbody>\n");
        for (List<String> row : sheet.rows()) {
            page.append("<tr>");
            row.forEach(cell -> page.append("<td>").append(escaped(cell)).append("</td>"));
            page.append("</tr>\n");
        }
        page.append("</tbody></table></div>\n");
    }

    private static void list(StringBuilder page, String style, List<String> lines) {
        if (!lines.isEmpty()) {
            var items = new StringJoiner("</li>\n<li>", "<ul class=\"" + style + "\">\n<li>", "</li>\n</ul>\n");
            lines.forEach(line -> items.add(escaped(line)));
            page.append(items);
        }
    }

    private static void charts(StringBuilder page, ComparisonReport report) {
        List<Chart.Frame> common = METRICS.stream()
                .map(metric -> Chart.Frame.around(
                        report.rows().stream().map(row -> Curve.of(row, metric)).toList()))
                .toList();
        for (Row row : report.rows()) {
            page.append("<section>\n<h3>")
                    .append(escaped(row.candidate().label()))
                    .append("</h3>\n<div class=\"charts\">\n");
            for (int i = 0; i < METRICS.size(); i++) {
                chart(page, report, row, i, common.get(i));
            }
            page.append("</div>\n</section>\n");
        }
    }

    private static void chart(StringBuilder page, ComparisonReport report, Row row, int i, Chart.Frame common) {
        Curve curve = Curve.of(row, METRICS.get(i));
        if (curve.isEmpty()) {
            return;
        }
        boolean comparable = i > 0;
        boolean withReference = comparable && row != report.reference();
        Curve reference = withReference ? Curve.of(report.reference(), METRICS.get(i)) : new Curve(List.of());
        Chart.Frame frame = comparable ? common : Chart.Frame.around(List.of(curve));
        page.append("<figure><figcaption>").append(TITLES.get(i)).append("</figcaption>\n");
        page.append(new Chart(row.candidate().label() + ": " + TITLES.get(i), curve, reference, frame).svg());
        page.append("</figure>\n");
    }

    private static void protocol(StringBuilder page, ComparisonReport report) {
        page.append("<h2>Protocol ").append(report.protocol().hash()).append("</h2>\n<dl>\n");
        report.protocol()
                .fields()
                .forEach((name, value) -> page.append("<dt>")
                        .append(escaped(name))
                        .append("</dt><dd>")
                        .append(escaped(value))
                        .append("</dd>\n"));
        page.append("</dl>\n");
    }

    static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
