package org.fullrank.view;

import org.fullrank.settings.Named;

/// Settings of views of time series. The changes are a crop, then a scale, then noise, then a mask.
///
/// @param views number of views of each series, at least 1
/// @param cropMin smallest share of the time in a crop; 1: no crop. The share is uniform from this value to 1,
///     and the crop is stretched to the length of the series
/// @param scale standard deviation of the factor around 1 by which a channel is multiplied
/// @param noise standard deviation of Gaussian noise, relative to the standard deviation of the channel
/// @param mask largest share of the time that is masked: one stretch, in all channels, where each channel is
///     its mean. The share is uniform from 0 to this value
/// @param standardize whether channels are scaled to mean 0 and standard deviation 1 over all training series
@Named("series")
public record SeriesViews(int views, double cropMin, double scale, double noise, double mask, boolean standardize)
        implements ViewSpec {
    /// Half of the time: a smaller part of a heartbeat or a gesture is often without its characteristic shape.
    public static final double CROP_MIN = 0.5;
    /// A change of the amplitude by a tenth, as between two recordings of one sensor.
    public static final double SCALE = 0.1;
    /// A tenth of the standard deviation of a channel: it changes the values a little and keeps the shape.
    public static final double NOISE = 0.1;
    /// At most a fifth of the time, so that the shape around the mask remains.
    public static final double MASK = 0.2;

    /// The preset `series`.
    public static final SeriesViews DEFAULT = new SeriesViews(TWO, CROP_MIN, SCALE, NOISE, MASK, true);

    /// Smallest crop. In a smaller crop, few steps of usual series remain.
    static final double LEAST_CROP = 0.01;
    /// Largest noise and scale. Noise of ten standard deviations hides a series completely.
    static final double MAX_CHANGE = 10;

    /// [#DEFAULT].
    public static SeriesViews defaults() {
        return DEFAULT;
    }

    public SeriesViews {
        Check.views(views);
        Check.between("cropMin", cropMin, LEAST_CROP, 1);
        Check.between("scale", scale, 0, MAX_CHANGE);
        Check.between("noise", noise, 0, MAX_CHANGE);
        Check.probability("mask", mask);
    }
}
