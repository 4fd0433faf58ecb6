package org.fullrank.objective;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/// A description of a loss, or of a part of a method, for people.
///
/// @param idea what the loss requires of embeddings, or what the part does
/// @param paper where it was published
/// @param healthy for each number that is logged, by name: its range, and what a healthy run shows
public record Card(String idea, String paper, SequencedMap<String, String> healthy) {
    public Card {
        healthy = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(healthy));
    }

    /// A card without logged numbers.
    public Card(String idea, String paper) {
        this(idea, paper, new LinkedHashMap<>());
    }

    /// The same card with the range of one more number.
    public Card with(String name, String range) {
        var more = new LinkedHashMap<>(healthy);
        more.put(name, range);
        return new Card(idea, paper, more);
    }

    /// The same card with the ranges of another card added.
    Card with(Card part) {
        var more = new LinkedHashMap<>(healthy);
        more.putAll(part.healthy);
        return new Card(idea, paper, more);
    }
}
