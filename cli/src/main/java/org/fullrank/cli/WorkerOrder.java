package org.fullrank.cli;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.fullrank.data.DataSpec;
import org.fullrank.data.Dataset;
import org.fullrank.data.TableSchema;
import org.fullrank.run.Recipe;
import org.fullrank.settings.Yaml;
import org.jspecify.annotations.Nullable;

/// What rank 0 tells the other workers: the recipe, and how to read the columns of a table.
///
/// @param table null for other data, and for a table that is read for the first time
record WorkerOrder(Recipe recipe, @Nullable TableSchema table) {
    private static final String FROM = "the recipe of rank 0";
    private static final char SEPARATOR = '\0';
    /// Hexadecimal digits of a hash in messages.
    private static final int DIGITS = 12;

    String text() {
        return Yaml.json(recipe) + SEPARATOR + (table == null ? "" : table.json());
    }

    /// Reads [#text].
    ///
    /// @param settings `KEY=VALUE` of this worker, such as another path of the data
    static WorkerOrder of(String text, List<String> settings) {
        int end = text.indexOf(SEPARATOR);
        String table = text.substring(end + 1);
        return new WorkerOrder(
                Yaml.read(FROM, text.substring(0, end), Recipe.class, settings).withAbsolutePaths(),
                table.isEmpty() ? null : TableSchema.ofJson(FROM, table));
    }

    /// Opens the data of the recipe.
    Dataset open() {
        return table == null ? Dataset.open(recipe.data()) : Dataset.open(recipe.data(), table);
    }

    /// What all workers must agree on. The path of the data may differ.
    SequencedMap<String, String> facts(Dataset data) {
        var facts = new LinkedHashMap<String, String>();
        facts.put("recipe", hash(Yaml.json(recipe.withData(DataSpec.defaults()))));
        facts.put("data set", data.fingerprint());
        return facts;
    }

    private static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return "SHA-256 " + HexFormat.of().formatHex(digest).substring(0, DIGITS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }
}
