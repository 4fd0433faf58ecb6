package org.fullrank.lab;

/// What an experiment says about a claim.
public enum Verdict {
    HOLDS("holds"),
    FAILS("fails"),
    /// Something that the experiment needs, such as data, was not there.
    UNDECIDABLE("not decidable");

    private final String label;

    Verdict(String label) {
        this.label = label;
    }

    /// The verdict in words.
    public String label() {
        return label;
    }
}
