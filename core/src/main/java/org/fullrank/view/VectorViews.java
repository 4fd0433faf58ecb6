package org.fullrank.view;

import org.fullrank.settings.Named;

/// Settings of views of vectors. The changes are corruption, then noise, then dropout, for each feature
/// independently.
///
/// @param views number of views of each row, at least 1
/// @param noise standard deviation of Gaussian noise, relative to the standard deviation of the feature
/// @param dropout probability that a feature is replaced by its mean
/// @param corruption probability that a feature is replaced by its value in a random row, that is, by a
///     draw from its marginal distribution (Bahri et al., "SCARF", 2021)
/// @param standardize whether features are scaled to mean 0 and standard deviation 1
@Named("vectors")
public record VectorViews(int views, double noise, double dropout, double corruption, boolean standardize)
        implements ViewSpec {
    /// In SCARF, the share of corrupted features is 0.6, and one view is clean. If both views are corrupted,
    /// half of this share leaves as many features in common.
    public static final double CORRUPTION = 0.3;
    /// A tenth of the standard deviation of a feature: it changes the value a little and keeps the order of
    /// values.
    public static final double NOISE = 0.1;
    /// No dropout. Corruption hides a feature without creating an impossible value.
    public static final double DROPOUT = 0;

    /// The preset `vector`.
    public static final VectorViews DEFAULT = new VectorViews(TWO, NOISE, DROPOUT, CORRUPTION, true);

    /// Largest noise. Noise of ten standard deviations hides a feature completely.
    static final double MAX_NOISE = 10;

    /// [#DEFAULT].
    public static VectorViews defaults() {
        return DEFAULT;
    }

    public VectorViews {
        Check.views(views);
        Check.between("noise", noise, 0, MAX_NOISE);
        Check.probability("dropout", dropout);
        Check.probability("corruption", corruption);
    }
}
