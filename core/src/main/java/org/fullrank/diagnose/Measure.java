package org.fullrank.diagnose;

import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Every measure of an embedding. A measure has the same key, formula and scale wherever it is written. The
/// page `docs/reference/measures.md` has a row for each measure.
///
/// The symbols are: N rows `z_i` in D dimensions, their mean m, and `u_i = z_i / |z_i|`. The singular values
/// are s for the rows as they are, and c for the centered rows. The eigenvalues are `l = c^2 / (N - 1)`, and
/// `r_jk` is the correlation of two dimensions. The symbol `sd` is a standard deviation over rows with
/// divisor N - 1. A key that ends in `.share` is a rank divided by the rank of isotropic Gaussian rows with
/// the same N and D, see [IsotropicNull].
public enum Measure {
    STD(
            "std",
            "sqrt(D) mean_j sd_i(u_ij)",
            "0 to about 1",
            "0.4 to 1",
            "spread of directions, rows scaled to length 1: 1 = over the whole sphere, 0 = one direction"),
    STD_RAW(
            "std.raw",
            "mean_j sd_i(z_ij)",
            "0 to infinity",
            "above 0",
            "standard deviation of a dimension, mean over all"),
    STD_RAW_MIN("std.raw.min", "min_j sd_i(z_ij)", "0 to infinity", "", "smallest standard deviation of any dimension"),
    STD_RAW_MAX("std.raw.max", "max_j sd_i(z_ij)", "0 to infinity", "", "largest standard deviation of any dimension"),
    CONSTANT(
            "constant",
            "number of j with sd_i(z_ij) within the rounding of m_j",
            "0 to D",
            "0",
            "dimensions that never change, beyond the rounding of their values"),
    DEAD(
            "dead",
            "number of j with sd_i(z_ij) < 0.01 sqrt(mean_k sd_i(z_ik)^2)",
            "0 to D",
            "0",
            "dimensions with less than 1 % of the usual standard deviation, constant ones included"),
    NORM("norm", "mean_i |z_i|", "0 to infinity", "", "mean length of a row"),
    NORM_P1("norm.p1", "1st percentile of |z_i|", "0 to infinity", "", "1 % of the rows are shorter"),
    NORM_MEDIAN("norm.median", "median of |z_i|", "0 to infinity", "", "half of the rows are shorter"),
    NORM_P99("norm.p99", "99th percentile of |z_i|", "0 to infinity", "", "99 % of the rows are shorter"),
    OFFSET(
            "offset",
            "|m|^2 / mean_i |z_i|^2",
            "0 to 1",
            "0 to 0.8",
            "share of the common mean vector in the mean squared length: 1 = all rows are equal"),
    ACTIVITY("activity", "mean_ij z_ij", "any", "", "mean of all entries: 0 = silent behind a ReLU"),

    RANKME(
            "rankme",
            "exp(-sum p log p), p = s / sum s",
            "1 to min(N, D); 0 = all zero",
            "",
            "dimensions in use: RankMe as published, rows not centered, so a common offset lowers it"),
    RANKME_SHARE("rankme.share", "rankme / that of isotropic rows", "0 to about 1", "above 0.05", "rankme as a share"),
    RANKME_CENTERED(
            "rankme.centered",
            "exp(-sum p log p), p = c / sum c",
            "1 to min(N - 1, D); 0 = equal rows",
            "",
            "dimensions in use: RankMe of the centered rows"),
    RANKME_CENTERED_SHARE(
            "rankme.centered.share",
            "rankme.centered / that of isotropic rows",
            "0 to about 1",
            "above 0.05",
            "rankme.centered as a share: 1 = all dimensions alike"),
    EFFECTIVE_RANK(
            "effective-rank",
            "exp(-sum p log p), p = l / sum l",
            "1 to min(N - 1, D); 0 = equal rows",
            "",
            "dimensions in use: exp of the entropy of the shares of the variance"),
    EFFECTIVE_RANK_SHARE(
            "effective-rank.share",
            "effective-rank / that of isotropic rows",
            "0 to about 1",
            "above 0.01",
            "effective-rank as a share"),
    EFFECTIVE_RANK_MARGIN(
            "effective-rank.margin",
            "5 effective-rank / sqrt(min(N - 1, D))",
            "0 to 5 sqrt(min(N - 1, D))",
            "above 1",
            "effective-rank divided by the smallest sound one: below 1 = collapse, even without a knee"),
    KNEE(
            "knee",
            "max c_k / c_(k + 1), k up to min(N - 1, D) / 2",
            "1 to 1e6",
            "below 8, or any if knee.rest is at least 0.05",
            "largest drop of singular values in the first half; a fault if little variance follows"),
    KNEE_REST(
            "knee.rest",
            "sum_j>k l_j / sum l, k of knee",
            "0 to 1",
            "above 0.05, or any if knee is at most 8",
            "share of the variance in the directions after the knee"),
    PARTICIPATION(
            "participation",
            "(sum l)^2 / sum l^2",
            "1 to min(N - 1, D); 0 = equal rows",
            "",
            "dimensions in use, where strong ones count most: participation ratio of the covariance"),
    PARTICIPATION_SHARE(
            "participation.share",
            "participation / that of isotropic rows",
            "0 to about 1",
            "above 0.01",
            "participation as a share"),
    STABLE_RANK(
            "stable-rank",
            "sum l / max l",
            "1 to min(N - 1, D); 0 = equal rows",
            "",
            "total variance divided by the variance of the strongest direction"),
    STABLE_RANK_SHARE(
            "stable-rank.share",
            "stable-rank / that of isotropic rows",
            "0 to about 1",
            "above 0.01",
            "stable-rank as a share"),
    ALPHA(
            "alpha",
            "-slope of log l_j over log j, least squares",
            "0 to infinity",
            "0 to 3.5",
            "decay of the eigenvalues l_j ~ j^-alpha (alpha-ReQ): 0 = all alike"),
    MEAN_SINGULAR(
            "mean-singular-value",
            "sum s / D, of the rows u_i",
            "sqrt(N) / D to sqrt(N min(N, D)) / D",
            "",
            "mean singular value of rows of length 1 (SVMax): lowest = one direction, highest = all alike"),
    MEAN_SINGULAR_SHARE(
            "mean-singular-value.share",
            "(value - lowest) / (highest - lowest)",
            "0 to 1",
            "0.05 to 1",
            "position of mean-singular-value between its bounds: 0 = one direction"),

    SQUARED_CORRELATION(
            "squared-correlation",
            "mean_j<k r_jk^2",
            "0 to 1",
            "",
            "mean squared correlation of two dimensions: 1 = all repeat one"),
    SQUARED_CORRELATION_EXCESS(
            "squared-correlation-excess",
            "squared-correlation - 1 / (N - 1)",
            "about 0 to 1",
            "below 0.3",
            "squared-correlation minus its value for independent dimensions"),
    DUPLICATE_PAIRS(
            "duplicate-pairs",
            "number of j < k with |r_jk| > 0.99",
            "0 to D (D - 1) / 2",
            "0",
            "pairs of equal dimensions"),
    DUPLICATE_DIMENSIONS(
            "duplicate-dimensions",
            "number of k with |r_jk| > 0.99 for a j < k",
            "0 to D",
            "0",
            "dimensions that repeat a dimension with a lower number"),
    HSIC(
            "hsic",
            "mean normalized HSIC of two dimensions, random Fourier features",
            "0 to 1",
            "",
            "mean dependence of two dimensions, not only linear"),
    HSIC_EXCESS(
            "hsic-excess",
            "(hsic - shuffled) / (1 - shuffled)",
            "about 0 to 1",
            "below 0.3",
            "hsic above chance: 0 = independent, 1 = one dimension determines the other"),
    DEPENDENT_PAIRS(
            "dependent-pairs",
            "share of pairs above the 99th percentile of shuffled pairs",
            "0 to 1",
            "",
            "pairs of dimensions that depend on one another"),

    ALIGNMENT(
            "alignment",
            "mean_i |x_i - y_i|^2, rows of length 1",
            "0 to 4",
            "0.05 to 1.3",
            "mean squared distance of the two views of a sample: 0 = equal"),
    UNIFORMITY(
            "uniformity",
            "log mean_i<j exp(-2 |x_i - x_j|^2), rows of length 1",
            "-8 to 0",
            "below -0.8",
            "how evenly rows cover the sphere: 0 = one point, near -4 = the whole sphere"),
    PAIR_COSINE("pair-cosine", "mean_i cos(x_i, y_i)", "-1 to 1", "", "mean cosine of the two views of a sample"),
    INVARIANCE(
            "invariance",
            "1 - distance of pairs / distance of different samples",
            "below 1",
            "0.3 to 0.98",
            "what views of a sample share: 1 = equal, 0 = nothing"),
    IDENTICAL("identical", "share of i with x_i = y_i", "0 to 1", "0", "samples whose two views are equal"),
    MATCH_RATE(
            "match-rate",
            "share of i whose nearest y_j is y_i",
            "0 to 1",
            "well above chance",
            "samples whose nearest row among the second views is their own"),
    LIDAR(
            "lidar",
            "exp(-sum p log p), p = shares of the eigenvalues of Sw^-1/2 Sb Sw^-1/2",
            "1 to min(N - 1, D); 0 = equal samples",
            "",
            "directions in which samples differ more than their views do (LiDAR)"),
    LIDAR_SHARE("lidar.share", "lidar / that of isotropic rows", "0 to about 1", "above 0.1", "lidar as a share"),

    CLASSES("classes", "C", "1 to N", "", "classes among the rows"),
    COLLAPSED_CLASSES(
            "collapsed-classes",
            "number of classes with small smallest-spread or rank",
            "0 to C",
            "0; by rank alone no verdict",
            "classes of far smaller spread or rank than the others"),
    SMALLEST_SPREAD(
            "smallest-spread",
            "variance of the narrowest class / upper quartile over classes",
            "0 to 1",
            "above 0.05",
            "spread of the narrowest class, compared with the upper quartile of classes"),
    CLASS_RANK_SHARE(
            "class-rank.share",
            "median over classes of participation / that of isotropic rows",
            "0 to about 1",
            "",
            "dimensions in use within a class, as a share"),
    BETWEEN_SHARE(
            "between-share",
            "variance of centroids / total variance",
            "0 to 1",
            "",
            "share of the variance that lies between classes"),
    WITHIN_TO_BETWEEN(
            "within-to-between",
            "variance within classes / variance of centroids",
            "0 to infinity",
            "",
            "variance within classes divided by the variance between classes"),
    SIMPLEX_DEVIATION(
            "simplex-deviation",
            "mean |cos of two centroids + 1 / (C - 1)|",
            "0 to 2",
            "",
            "distance of the centroids from a simplex: 0 = simplex"),
    NC1(
            "nc1",
            "tr(Sw Sb^+) / C",
            "0 to infinity",
            "",
            "neural collapse 1: variance within classes over variance between classes; 0 = classes are points"),
    NC2_EQUINORM(
            "nc2-equinorm",
            "sd / mean of the lengths of centroids",
            "0 to infinity",
            "",
            "neural collapse 2: unevenness of centroid lengths; 0 = equal"),
    NC2_EQUIANGULARITY(
            "nc2-equiangularity",
            "sd of the cosines of two centroids",
            "0 to 1",
            "",
            "neural collapse 2: unevenness of centroid angles; 0 = equal"),
    NC4_NEAREST_CENTROID(
            "nc4-nearest-centroid",
            "share of rows nearest to the centroid of their class",
            "0 to 1",
            "",
            "neural collapse 4: how often the nearest centroid is right"),

    DUPLICATE_ROWS(
            "duplicate-rows",
            "rows with cosine above 0.9999 and distance below 0.001 of the usual",
            "0 to N",
            "0",
            "rows that nearly equal another one"),
    DUPLICATE_SHARE("duplicate-share", "duplicate-rows / N", "0 to 1", "0 to 0.01", "duplicate-rows as a share of all"),
    OUTLIERS(
            "outliers",
            "rows 10 robust deviations off or more",
            "0 to N",
            "0",
            "rows that lie far from the others in length or direction"),
    KURTOSIS(
            "kurtosis",
            "mean_j of the excess kurtosis",
            "-2 to infinity",
            "-1 to 3",
            "mean excess kurtosis of dimensions: 0 = Gaussian, large = heavy tails"),
    LARGEST_KURTOSIS(
            "largest-kurtosis", "max_j of the excess kurtosis", "-2 to infinity", "", "largest excess kurtosis"),
    HEAVY_DIMENSIONS(
            "heavy-dimensions",
            "share of j with an excess kurtosis above 3",
            "0 to 1",
            "0 to 0.4",
            "dimensions with heavy tails"),

    VARIANCE_INEQUALITY(
            "variance-inequality",
            "sum_jk |v_j - v_k| / (2 D sum_j v_j), v_j = sd_i(u_ij)^2",
            "0 to 1 - 1/D",
            "",
            "inequality of the column variances (Gini coefficient), rows scaled to length 1: 0 = all equal"),
    RECALL_LOSS_8(
            "recall-loss.8bit",
            "1 - recall@10 of rows with 256 levels for each number",
            "0 to 1",
            "0 to 0.1",
            "share of the nearest 10 rows that a search loses if numbers have 8 bits"),
    RECALL_LOSS_4(
            "recall-loss.4bit",
            "1 - recall@10 of rows with 16 levels for each number",
            "0 to 1",
            "",
            "share of the nearest 10 rows that a search loses if numbers have 4 bits"),
    RECALL_LOSS_4_EXCESS(
            "recall-loss.4bit.excess",
            "recall-loss.4bit - that of rotated rows",
            "-1 to 1",
            "below 0.1",
            "part of recall-loss.4bit that a random rotation of the rows removes");

    private static final Map<String, Measure> BY_KEY =
            Stream.of(values()).collect(Collectors.toUnmodifiableMap(Measure::key, measure -> measure));

    private final String key;
    private final String formula;
    private final String scale;
    private final String healthy;
    private final String meaning;

    Measure(String key, String formula, String scale, String healthy, String meaning) {
        this.key = key;
        this.formula = formula;
        this.scale = scale;
        this.healthy = healthy;
        this.meaning = meaning;
    }

    /// The measure with this key.
    public static Optional<Measure> of(String key) {
        return Optional.ofNullable(BY_KEY.get(key));
    }

    /// The name of the measure in every file, table and page, such as `rankme.centered`.
    public String key() {
        return key;
    }

    /// The key of the measure at a place of a network, such as `embedding.rankme.centered`.
    public String at(String place) {
        return place + "." + key;
    }

    /// The formula, in the symbols of the class comment.
    public String formula() {
        return formula;
    }

    /// The range of its possible values.
    public String scale() {
        return scale;
    }

    /// Healthy range in words, from trainings with the small recipes; empty if there is none.
    public String healthy() {
        return healthy;
    }

    /// Its meaning, one line.
    public String meaning() {
        return meaning;
    }
}
