package org.fullrank.settings;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.regex.Pattern;

/// Writes a tree as YAML. Readers of YAML 1.1 and YAML 1.2 understand this YAML in the same way. The writer
/// uses block maps and puts lists of plain values on one line. The writer quotes text that a reader could
/// misinterpret.
public final class YamlText {
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z_/][A-Za-z0-9_./+ ()-]*(?<! )");
    private static final Set<String> RESERVED = Set.of("true", "false", "yes", "no", "on", "off", "y", "n", "null");
    private static final double LARGEST_PLAIN_INTEGER = 1e15;
    private static final int INDENT = 2;

    private YamlText() {}

    static String of(JsonNode tree) {
        StringBuilder out = new StringBuilder();
        map(tree, 0, out);
        return out.toString();
    }

    private static void map(JsonNode node, int indent, StringBuilder out) {
        for (Map.Entry<String, JsonNode> field : node.properties()) {
            out.repeat(' ', indent).append(field.getKey()).append(':');
            JsonNode value = field.getValue();
            if (isFlat(value)) {
                out.append(' ').append(flat(value)).append('\n');
            } else if (value.isObject()) {
                out.append('\n');
                map(value, indent + INDENT, out);
            } else {
                out.append('\n');
                list(value, indent + INDENT, out);
            }
        }
    }

    private static void list(JsonNode node, int indent, StringBuilder out) {
        for (JsonNode element : node) {
            if (element.isObject() && !element.isEmpty()) {
                int start = out.length();
                map(element, indent + INDENT, out);
                out.setCharAt(start + indent, '-');
            } else {
                out.repeat(' ', indent).append("- ").append(flat(element)).append('\n');
            }
        }
    }

    private static boolean isFlat(JsonNode node) {
        if (node.isArray()) {
            for (JsonNode element : node) {
                if (element.isObject() || !isFlat(element)) {
                    return false;
                }
            }
            return true;
        }
        return node.isValueNode() || node.isEmpty();
    }

    public static String flat(JsonNode node) {
        if (node.isArray()) {
            StringJoiner list = new StringJoiner(", ", "[", "]");
            node.forEach(element -> list.add(flat(element)));
            return list.toString();
        }
        if (node.isObject()) {
            StringJoiner map = new StringJoiner(", ", "{", "}");
            node.properties().forEach(field -> map.add(field.getKey() + ": " + flat(field.getValue())));
            return map.toString();
        }
        return switch (node.getNodeType()) {
            case STRING -> text(node.asText());
            case NUMBER -> number(node);
            default -> node.asText();
        };
    }

    private static String text(String text) {
        boolean plain = PLAIN.matcher(text).matches() && !RESERVED.contains(text.toLowerCase(Locale.ROOT));
        return plain ? text : '"' + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + '"';
    }

    /// A float always has a dot and a signed exponent, because YAML 1.1 requires them: `1.0e-4`.
    private static String number(JsonNode node) {
        if (!node.isFloatingPointNumber()) {
            return node.asText();
        }
        double value = node.doubleValue();
        if (Math.abs(value) < LARGEST_PLAIN_INTEGER && Double.compare((long) value, value) == 0) {
            return String.valueOf((long) value);
        }
        String text = Double.toString(value).replace('E', 'e');
        return text.contains("e-") ? text : text.replace("e", "e+");
    }
}
