package org.fullrank.serve;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Arrays;

/// Reads a body `{"rows": [[...], ...]}` number by number, and stops at the first that is one too many.
///
/// @param width numbers of a row
/// @param most rows
record JsonRequest(int width, int most) {
    private static final JsonFactory FACTORY = new JsonFactory();

    /// The numbers of all rows, one row after another.
    ///
    /// @throws RequestError when the body has another form
    float[] rows(byte[] body) throws IOException, RequestError {
        try (JsonParser json = FACTORY.createParser(body)) {
            float[] values = null;
            if (json.nextToken() == JsonToken.START_OBJECT) {
                while (json.nextToken() == JsonToken.FIELD_NAME) {
                    boolean rows = json.currentName().equals("rows");
                    json.nextToken();
                    if (rows && json.currentToken() == JsonToken.START_ARRAY && values == null) {
                        values = list(json);
                    } else {
                        json.skipChildren();
                    }
                }
            }
            if (values == null) {
                throw new RequestError(400, "found no list \"rows\", expected {\"rows\": [[...], ...]}");
            }
            return values;
        } catch (JsonProcessingException e) {
            throw new RequestError(
                    400,
                    "the body is not JSON: "
                            + e.getOriginalMessage().lines().findFirst().orElse(""));
        }
    }

    private float[] list(JsonParser json) throws IOException, RequestError {
        float[] values = new float[width];
        int rows = 0;
        while (json.nextToken() != JsonToken.END_ARRAY) {
            if (rows == most) {
                throw new RequestError(413, "found more than %d rows, expected 1 to %d".formatted(most, most));
            }
            if (values.length < (rows + 1) * width) {
                values = Arrays.copyOf(values, Math.min(2 * values.length, most * width));
            }
            row(json, rows++, values);
        }
        if (rows == 0) {
            throw new RequestError(400, "found 0 rows, expected 1 to %d".formatted(most));
        }
        return Arrays.copyOf(values, rows * width);
    }

    private void row(JsonParser json, int row, float[] values) throws IOException, RequestError {
        if (json.currentToken() != JsonToken.START_ARRAY) {
            throw new RequestError(
                    400, "row %d: found no list, expected a list of %d numbers".formatted(row + 1, width));
        }
        int entries = 0;
        while (json.nextToken() != JsonToken.END_ARRAY) {
            if (entries == width) {
                throw wrongWidth(row, "more than " + width);
            }
            float value =
                    json.currentToken() != null && json.currentToken().isNumeric() ? json.getFloatValue() : Float.NaN;
            if (!Float.isFinite(value)) {
                throw new RequestError(400, "row %d, entry %d: found no finite number".formatted(row + 1, entries + 1));
            }
            values[row * width + entries++] = value;
        }
        if (entries < width) {
            throw wrongWidth(row, String.valueOf(entries));
        }
    }

    private RequestError wrongWidth(int row, String found) {
        return new RequestError(
                400, "row %d: found %s entries, expected a list of %d numbers".formatted(row + 1, found, width));
    }
}
