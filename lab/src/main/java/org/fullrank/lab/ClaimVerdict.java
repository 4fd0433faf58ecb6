package org.fullrank.lab;

/// The verdict on a claim.
public enum ClaimVerdict {
    HOLDS("holds"),
    FAILS("fails"),
    /// Something that the experiment needs was missing, such as data or the full size.
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
