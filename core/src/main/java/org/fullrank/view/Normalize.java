package org.fullrank.view;

import java.util.List;
import java.util.stream.IntStream;
import org.fullrank.engine.InputException;

/// The last step of every view. Normalization computes (x - mean) / std per channel, with x in [0, 1]. A list
/// contains one value for all channels, or one value per channel. For an image with one channel, the three
/// values are averaged. A recipe can also use one of the names `imagenet`, `cifar10`, `cifar10-image-std`,
/// `half` and `none`.
///
/// @param mean mean of each channel, in [0, 1]
/// @param std standard deviation of each channel, above 0
public record Normalize(List<Double> mean, List<Double> std) {
    /// Channel statistics of ImageNet, as in torchvision's reference weights.
    public static final Normalize IMAGENET = new Normalize(List.of(0.485, 0.456, 0.406), List.of(0.229, 0.224, 0.225));
    /// Channel statistics of the CIFAR-10 training images.
    public static final Normalize CIFAR10 =
            new Normalize(List.of(0.4914, 0.4822, 0.4465), List.of(0.2470, 0.2435, 0.2616));
    /// The means of [#CIFAR10], and the mean over the images of the deviation within one image. Many codes
    /// use this smaller deviation. It is a fifth smaller.
    public static final Normalize CIFAR10_IMAGE_STD =
            new Normalize(List.of(0.4914, 0.4822, 0.4465), List.of(0.2023, 0.1994, 0.2010));
    /// Mean 1/2 and deviation 1/4, which are near the values of photographs. For data with unknown
    /// statistics.
    public static final Normalize HALF = new Normalize(List.of(0.5), List.of(0.25));
    /// Mean 0 and deviation 1, so values stay in [0, 1].
    public static final Normalize NONE = new Normalize(List.of(0.0), List.of(1.0));

    public Normalize {
        Check.present("normalize.mean", mean);
        Check.present("normalize.std", std);
        mean = List.copyOf(mean);
        std = List.copyOf(std);
        if (mean.size() != std.size() || (mean.size() != 1 && mean.size() != 3)) {
            throw new InputException(
                    "normalize has %d means and %d deviations, expected 1 or 3 of each; give one per channel"
                            .formatted(mean.size(), std.size()));
        }
        mean.forEach(value -> Check.between("normalize.mean", value, 0, 1));
        std.forEach(value -> Check.positive("normalize.std", value));
    }

    /// The statistics of this name.
    ///
    /// @throws InputException when the name is unknown
    public static Normalize named(String name) {
        return switch (name) {
            case "imagenet" -> IMAGENET;
            case "cifar10" -> CIFAR10;
            case "cifar10-image-std" -> CIFAR10_IMAGE_STD;
            case "half" -> HALF;
            case "none" -> NONE;
            default ->
                throw new InputException(
                        "normalize is '%s', expected imagenet, cifar10, cifar10-image-std, half, none, or lists mean and std"
                                .formatted(name));
        };
    }

    /// Whether no mean and no deviation of a color differs by more than `difference`.
    public boolean isWithin(Normalize other, double difference) {
        return IntStream.range(0, 3)
                .allMatch(c -> Math.abs(mean(c, 3) - other.mean(c, 3)) <= difference
                        && Math.abs(std(c, 3) - other.std(c, 3)) <= difference);
    }

    /// The mean of channel `c` of `channels`.
    float mean(int c, int channels) {
        return (float) pick(mean, c, channels);
    }

    /// The standard deviation of channel `c` of `channels`.
    float std(int c, int channels) {
        return (float) pick(std, c, channels);
    }

    private static double pick(List<Double> values, int c, int channels) {
        if (channels == 1) {
            return values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
        }
        return values.get(values.size() == 1 ? 0 : c);
    }
}
