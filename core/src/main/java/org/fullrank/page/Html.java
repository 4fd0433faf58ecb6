package org.fullrank.page;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import org.fullrank.file.JsonLines;

/// Builds a page as one HTML file. The file has the data as JSON, the script that draws the data, and the
/// style. All pages have the same script. The field `kind` of the data selects what the script draws.
///
/// A content security policy in the page allows only this script and this style. The page loads nothing from
/// other servers. Only a live page loads pictures and events from its own server.
public final class Html {
    private static final String FOLDER = "/org/fullrank/page/";
    private static final List<String> PARTS = List.of(
            "base.js",
            "save.js",
            "axes.js",
            "charts.js",
            "points.js",
            "records.js",
            "heat.js",
            "map.js",
            "diagnosis.js",
            "curves.js",
            "evaluation.js",
            "answer.js",
            "run.js",
            "live.js",
            "runs.js",
            "comparison.js",
            "decomposition.js",
            "start.js");
    private static final String STYLE = resource("uPlot.min.css") + resource("page.css");
    private static final String SCRIPT = resource("uPlot.iife.min.js") + "(() => {\n'use strict';\n"
            + String.join("", PARTS.stream().map(Html::resource).toList()) + "})();\n";
    // Icon of the browser tab: a decreasing spectrum.
    private static final String ICON =
            "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'"
                    + "%3E%3Cpath d='M2 2v12h3V2zm4.5 4v8h3V6zM11 10v4h3v-4z' fill='%231f56c4'/%3E%3C/svg%3E";

    private Html() {}

    /// A page that needs no other files.
    ///
    /// @param data data with a `kind` that the script knows
    public static String alone(String title, JsonNode data) {
        return page(title, data, policy("data:", ""));
    }

    /// A page that loads pictures and receives events from its own server.
    ///
    /// @param data data with a `kind` that the script knows
    public static String live(String title, JsonNode data) {
        return page(title, data, livePolicy());
    }

    /// The policy of [#live] as the value of an HTTP header.
    public static String livePolicy() {
        return policy("'self' data:", " connect-src 'self';");
    }

    private static String policy(String pictures, String more) {
        return "default-src 'none'; script-src '%s'; style-src '%s'; img-src %s;%s base-uri 'none'; form-action 'self'"
                .formatted(hash(SCRIPT), hash(STYLE), pictures, more);
    }

    private static String page(String title, JsonNode data, String policy) {
        return """
                <!DOCTYPE html>
                <html lang="en">
                <head>
                <meta charset="utf-8">
                <meta http-equiv="Content-Security-Policy" content="%s">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <meta name="color-scheme" content="light dark">
                <title>%s</title>
                <link rel="icon" href="%s">
                <style>%s</style>
                </head>
                <body>
                <noscript><p>This page draws its data with a script: allow scripts for it. The data are in it as JSON.</p></noscript>
                <div id="page"></div>
                <script type="application/json" id="data">%s</script>
                <script>%s</script>
                </body>
                </html>
                """.formatted(escaped(policy), escaped(title), ICON, STYLE, json(data), SCRIPT);
    }

    /// Text between tags or in a quoted attribute.
    static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    /// JSON that is safe inside an HTML element, because it contains no `<`. In JSON, `<` occurs only in
    /// strings, where it can be escaped.
    static String json(JsonNode data) {
        return JsonLines.line(data).replace("<", "\\u003c");
    }

    private static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return "sha256-" + Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String resource(String name) {
        try (InputStream stream = Html.class.getResourceAsStream(FOLDER + name)) {
            if (stream == null) {
                throw new IllegalStateException("the build lacks " + FOLDER + name);
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException("cannot read " + FOLDER + name, e);
        }
    }
}
