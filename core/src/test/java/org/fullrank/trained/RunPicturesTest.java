package org.fullrank.trained;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.fullrank.data.DataSpec;
import org.fullrank.data.Dataset;
import org.fullrank.data.Items;
import org.fullrank.data.Labels;
import org.fullrank.data.SamplingOrder;
import org.fullrank.data.Split;
import org.fullrank.probe.Features;
import org.fullrank.train.SmallTraining;
import org.fullrank.view.ImageViews;
import org.fullrank.view.ViewGenerator;
import org.fullrank.view.ViewPresets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunPicturesTest {
    @TempDir
    Path folder;

    /// Points on a plane in three dimensions: twice as long one way as the other.
    private static Features plane(Items items, int classes) {
        float[] values = new float[items.size() * 3];
        int[] labels = new int[items.size()];
        for (int i = 0; i < items.size(); i++) {
            float a = 2 * (i % 16 - 7.5f);
            float b = i / 16 % 4 - 1.5f;
            values[3 * i] = 100 + a * 0.6f;
            values[3 * i + 1] = a * 0.8f;
            values[3 * i + 2] = b;
            labels[i] = i % Math.max(1, classes);
        }
        return classes == 0
                ? Features.unlabeled(values, 3)
                : new Features(
                        values,
                        3,
                        labels,
                        IntStream.range(0, classes).mapToObj(c -> "c" + c).toList());
    }

    private JsonNode map() throws IOException {
        return new ObjectMapper().readTree(Files.readString(folder.resolve("map.json")));
    }

    private Dataset vectors() throws IOException {
        return Dataset.open(
                DataSpec.of(SmallTraining.vectors(folder, 1).toString()).withCache(folder.resolve("cache")));
    }

    @Test
    void vectorsGetAMapAlongTheirPrincipalComponentsAndNoPictures() throws IOException {
        try (Dataset data = vectors()) {
            ViewGenerator views =
                    ViewGenerator.of(data.items(Split.TRAIN), org.fullrank.view.VectorViews.defaults(), 1, 1);
            RunPictures.write(folder, data, views, items -> plane(items, 3));
        }
        JsonNode map = map();
        assertThat(map.path("x").size()).isEqualTo(64);
        assertThat(map.path("names")).hasSize(3);
        assertThat(map.path("about").asText()).contains("64 of 64 items of the train split", "colored by class");
        // In the plane nothing is lost: distances on the map are those of the points.
        for (int i = 1; i < 64; i++) {
            double a = 2 * (i % 16);
            double b = i / 16 % 4;
            double dx = map.at("/x/" + i).doubleValue() - map.at("/x/0").doubleValue();
            double dy = map.at("/y/" + i).doubleValue() - map.at("/y/0").doubleValue();
            assertThat(Math.abs(dx)).isCloseTo(a, within(1e-3));
            assertThat(Math.abs(dy)).isCloseTo(b, within(1e-3));
        }
        // Variances of 0..15 doubled and of 0..3: 85 and 1.25.
        assertThat(map.at("/explained/0").doubleValue()).isCloseTo(85 / 86.25, within(1e-6));
        assertThat(map.has("sprite")).isFalse();
        assertThat(folder.resolve("map.png")).doesNotExist();
        assertThat(folder.resolve("views.png")).doesNotExist();
    }

    @Test
    void itemsWithoutALabelAreAGroupOfTheirOwn() throws IOException {
        try (Dataset data = vectors()) {
            ViewGenerator views =
                    ViewGenerator.of(data.items(Split.TRAIN), org.fullrank.view.VectorViews.defaults(), 1, 1);
            RunPictures.write(folder, data, views, items -> {
                Features plane = plane(items, 2);
                int[] classes = Objects.requireNonNull(plane.classes()).clone();
                classes[5] = Labels.UNLABELED;
                return new Features(plane.values(), 3, classes, plane.names());
            });
        }
        JsonNode map = map();
        assertThat(map.path("names")).extracting(JsonNode::asText).containsExactly("c0", "c1", RunPictures.NO_LABEL);
        assertThat(map.path("none").intValue()).isEqualTo(2);
        assertThat(map.at("/group/5").intValue()).isEqualTo(2);
        assertThat(map.at("/group/4").intValue()).isZero();
        assertThat(map.path("about").asText()).endsWith("colored by class; gray points have no label.");
    }

    @Test
    void aRepresentationOfOneDimensionHasNoMap() throws IOException {
        try (Dataset data = vectors()) {
            ViewGenerator views =
                    ViewGenerator.of(data.items(Split.TRAIN), org.fullrank.view.VectorViews.defaults(), 1, 1);
            RunPictures.write(folder, data, views, items -> Features.unlabeled(new float[items.size()], 1));
        }
        assertThat(folder.resolve("map.json")).doesNotExist();
    }

    @Test
    void imagesGetThumbnailsInTheOrderOfTheMapAndASheetOfViews() throws IOException {
        try (Dataset data = Dataset.open(DataSpec.of("shapes").withSamples(40).withCache(folder.resolve("cache")))) {
            ImageViews spec = ((ImageViews) ViewPresets.named("vicreg-cifar")).withSize(32);
            ViewGenerator views = ViewGenerator.of(data.items(data.splits().getFirst()), spec, 1, 1);
            RunPictures.write(folder, data, views, items -> plane(items, 0));
            BufferedImage sprite = ImageIO.read(folder.resolve("map.png").toFile());
            JsonNode map = map();
            assertThat(map.at("/sprite/side").intValue()).isEqualTo(32);
            assertThat(sprite.getWidth()).isEqualTo(32 * 32);
            assertThat(sprite.getHeight())
                    .isEqualTo(32 * Math.ceilDiv(map.path("x").size(), 32));
            // The 40th thumbnail is the item that the map names there.
            var items = (org.fullrank.data.Images) data.items(Split.TEST);
            int item = map.at("/index/40").intValue();
            assertThat(item).isEqualTo(SamplingOrder.epoch(0, 0, items.size())[40]);
            int red =
                    items.pixels().get(java.lang.foreign.ValueLayout.JAVA_BYTE, items.offset(item) + 3 * (32 * 10 + 5))
                            & 0xFF;
            assertThat(sprite.getRGB(40 % 32 * 32 + 5, 40 / 32 * 32 + 10) >> 16 & 0xFF)
                    .isEqualTo(red);
        }
        assertThat(folder.resolve("views.png")).exists();
        assertThat(map().path("names")).hasSize(RunPictures.CLUSTERS);
        assertThat(List.of(folder.toFile().list())).noneMatch(name -> name.endsWith(".part"));
    }
}
