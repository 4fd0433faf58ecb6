package org.fullrank.serve;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.fullrank.engine.InputException;
import org.fullrank.search.Hit;
import org.fullrank.search.RowFilter;
import org.fullrank.search.VectorIndex;
import org.jspecify.annotations.Nullable;

/// What a request asks of the index: `k` neighbors (10 without this parameter, at most [#MOST]) of the class `class`
/// (any without it).
final class NeighborSearch {
    /// Most neighbors of a query.
    static final int MOST = 1000;

    private static final int DEFAULT = 10;

    private final VectorIndex index;
    private final RowFilter filter;
    private final int k;

    /// @param address of the request, with its parameters
    /// @throws RequestError when a parameter is unknown or wrong
    NeighborSearch(VectorIndex index, URI address) throws RequestError {
        this.index = index;
        String label = null;
        int count = DEFAULT;
        String query = address.getRawQuery();
        for (String pair : query == null || query.isEmpty() ? new String[0] : query.split("&", -1)) {
            String[] parts = pair.split("=", 2);
            String value = parts.length == 2 ? decoded(parts[1]) : null;
            if (parts[0].equals("k")) {
                count = count(value);
            } else if (parts[0].equals("class") && value != null) {
                label = value;
            } else {
                throw new RequestError(400, "found an unknown parameter, expected k or class, each with a value");
            }
        }
        if (label != null && !index.classes().containsKey(label)) {
            throw new RequestError(400, "class: the index has no such class");
        }
        k = count;
        filter = label == null ? RowFilter.all() : RowFilter.label(label);
    }

    private static int count(@Nullable String text) throws RequestError {
        if (text != null && text.matches("\\d{1,4}")) {
            int count = Integer.parseInt(text);
            if (count >= 1 && count <= MOST) {
                return count;
            }
        }
        throw new RequestError(400, "k: expected a whole number from 1 to %d".formatted(MOST));
    }

    private static String decoded(String text) throws RequestError {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new RequestError(400, "found a parameter with a damaged escape");
        }
    }

    /// The neighbors of each embedding as JSON.
    ///
    /// @throws RequestError when an embedding has no direction
    ObjectNode answer(List<float[]> embeddings) throws RequestError {
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        ArrayNode results = answer.putArray("results");
        for (float[] embedding : embeddings) {
            ArrayNode list = results.addArray();
            try {
                for (Hit hit : index.search(embedding, k, filter)) {
                    ObjectNode found = list.addObject().put("row", hit.row()).put("name", hit.name());
                    found.put("class", hit.label()).put("similarity", hit.similarity());
                }
            } catch (InputException e) {
                throw new RequestError(400, String.valueOf(e.getMessage()));
            }
        }
        return answer;
    }
}
