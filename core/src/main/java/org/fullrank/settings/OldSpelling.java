package org.fullrank.settings;

import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keys and names whose spelling has changed. Version 0.2 still reads the old spelling in recipes and prints
/// a warning. For saved runs, it prints no warning.
public final class OldSpelling {
    private static final Logger LOG = LoggerFactory.getLogger(OldSpelling.class);

    private static final Map<String, String> NEW = Map.of(
            "normalise", "normalize",
            "standardise", "standardize",
            "grey", "gray",
            "solarise", "solarize",
            "knnNeighbours", "knnNeighbors",
            "nearest-neighbour", "nearest-neighbor",
            "unlabelled", "unlabeled");

    private static final Set<String> WARNED = ConcurrentHashMap.newKeySet();

    private OldSpelling() {}

    /// The new spelling of `word`, if the known words contain only the new one. Otherwise `word` itself.
    ///
    /// @param subject names the text in the warning, for example `recipe quick.yaml`
    public static String current(String subject, String word, Collection<String> known) {
        String now = NEW.get(word);
        if (now == null || known.contains(word) || !known.contains(now)) {
            return word;
        }
        if (!subject.startsWith("run ") && WARNED.add(subject + word)) {
            LOG.warn("{}: {} is now spelled {}; the next version will refuse the old spelling", subject, word, now);
        }
        return now;
    }
}
