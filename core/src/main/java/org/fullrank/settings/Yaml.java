package org.fullrank.settings;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.fullrank.engine.InputException;

/// Reads records from YAML and writes them. Unknown keys are errors. Missing keys get their documented
/// default values. Settings from the command line replace the values of the file.
public final class Yaml {
    private static final YAMLFactory FACTORY = YAMLFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(YAMLParser.Feature.EMPTY_STRING_AS_NULL)
            .build();
    private static final ObjectMapper MAPPER =
            new ObjectMapper(FACTORY).enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private static final ObjectMapper JSON = new ObjectMapper();

    private Yaml() {}

    /// Reads a record.
    ///
    /// @param subject names the text in errors, for example `recipe quick.yaml`
    /// @param settings settings `a.b=c` that replace values of the text, in order
    /// @throws InputException when the text is not YAML, when keys are unknown or missing, when a value has
    ///     the wrong type, or when the record's constructor refuses a value. The message is one line with the
    ///     path of the key
    public static <T extends Record> T read(String subject, String text, Class<T> type, List<String> settings) {
        SettingSource source = new SettingSource(subject);
        JsonNode tree = parseValue(subject, text);
        if (tree.isNull()) {
            tree = JsonNodeFactory.instance.objectNode();
        }
        JsonNode complete = Completion.complete(source, tree, type);
        if (!settings.isEmpty()) {
            Overrides.apply(complete, settings);
            complete = Completion.complete(new SettingSource("--set"), complete, type);
        }
        return new Binder(source).bind(complete, type);
    }

    /// Reads a record from the text that [#json] wrote. Such text may be of any length and contain any
    /// character.
    ///
    /// @throws InputException as [#read]
    public static <T extends Record> T readJson(String subject, String text, Class<T> type) {
        try {
            SettingSource source = new SettingSource(subject);
            return new Binder(source).bind(Completion.complete(source, JSON.readTree(text), type), type);
        } catch (JacksonException e) {
            throw new InputException(subject + ": not valid JSON; write it again", e);
        }
    }

    /// Writes a record with all its values in the order of its components. [#read] turns the text into an
    /// equal record.
    public static String write(Record value) {
        return YamlText.of(RecordTree.of(value));
    }

    /// The same values as one JSON object.
    public static String json(Record value) {
        return RecordTree.of(value).toPrettyString();
    }

    /// The same values as maps, lists, numbers and text.
    public static Map<String, Object> map(Record value) {
        return MAPPER.convertValue(RecordTree.of(value), new TypeReference<LinkedHashMap<String, Object>>() {});
    }

    public static JsonNode parseValue(String subject, String text) {
        try {
            refuseAliases(subject, text);
            JsonNode tree = MAPPER.readTree(text);
            return tree.isMissingNode() ? JsonNodeFactory.instance.nullNode() : tree;
        } catch (JacksonException e) {
            JsonLocation location = e.getLocation();
            String line = location == null ? "" : " at line " + location.getLineNr();
            String first = e.getOriginalMessage().lines().findFirst().orElse("unreadable");
            throw new InputException(subject + ": not valid YAML" + line + ": " + first, e);
        } catch (IOException e) {
            throw new InputException(subject + ": " + e.getMessage(), e);
        }
    }

    private static void refuseAliases(String subject, String text) throws IOException {
        try (YAMLParser parser = FACTORY.createParser(text)) {
            while (parser.nextToken() != null) {
                if (parser.isCurrentAlias()) {
                    throw new InputException(subject + ": found the alias *" + parser.getText() + " at line "
                            + parser.currentLocation().getLineNr() + ", expected plain values; write the value out");
                }
            }
        }
    }
}
