package org.fullrank.compare;

import java.util.SequencedMap;
import org.fullrank.train.Trained;

/// What a finished training was measured as: the file `evaluation.json` in its run folder.
///
/// @param hash of the protocol
/// @param protocol its settings by name
/// @param step of the checkpoint that was measured
/// @param score of the encoder
/// @param health rank and spread on the test items
record Measures(String hash, SequencedMap<String, String> protocol, long step, Score score, Trained.Health health) {
    static final String FILE = "evaluation.json";
}
