package org.fullrank.lab;

/// The verdict on a claim.
public enum ClaimVerdict {
    HOLDS("holds"),
    FAILS("fails"),
    /// Something that the experiment needs, such as data, was missing.
    UNDECIDABLE("not decidable");

    private final String label;

    ClaimVerdict(String label) {
        this.label = label;
    }

    /// The verdict in words.
    public String label() {
        return label;
    }
}
