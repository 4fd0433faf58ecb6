package org.fullrank.browser;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.StringJoiner;
import javax.imageio.ImageIO;

/// A run folder with all that a page can show.
final class Sample {
    private Sample() {}

    static Path bare(Path folder) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("config.yaml"), "name: sample\nabout: \"of a test\"\nseed: 1\n");
        return folder;
    }

    /// A run with a map of an item of each class, after one without a label.
    static Path unlabeled(Path folder, int classes) throws IOException {
        bare(folder);
        var names = new StringJoiner(",", "[", "]");
        var groups = new StringJoiner(",", "[", "]").add(Integer.toString(classes));
        var places = new StringJoiner(",", "[", "]").add("-1");
        for (int c = 0; c < classes; c++) {
            names.add("\"class %d\"".formatted(c));
            groups.add(Integer.toString(c));
            places.add(Integer.toString(c));
        }
        names.add("\"no label\"");
        Files.writeString(folder.resolve("map.json"), """
                {"about":"Items.","names":%s,"none":%d,"group":%s,"x":%s,"y":%s}
                """.formatted(names, classes, groups, places, places));
        return folder;
    }

    static Path full(Path folder) throws IOException {
        bare(folder);
        var metrics = new StringBuilder();
        var spectra = new StringBuilder();
        for (int step = 10; step <= 400; step += 10) {
            metrics.append(String.format(
                    Locale.ROOT, """
                    {"step":%d,"epoch":%d,"loss":%f,"loss.variance":%f,"loss.covariance":%f,"embedding.rankme":%f,\
                    "block.one.rankme":5,"block.two.rankme":6,"predictor.asymmetry":0.1,"learning.rate":0.001,\
                    "time.seconds":%d,"time.imagesPerSecond":900}
                    """, step, step / 100, 10.0 / step, 1.0 / step, 0.5, 60 - step / 10.0, step / 10));
            for (String place : new String[] {"representation", "embedding"}) {
                var values = new StringJoiner(",", "[", "]");
                for (int i = 1; i <= 32; i++) {
                    values.add(String.format(Locale.ROOT, "%.6f", Math.pow(i, -step / 100.0)));
                }
                spectra.append("{\"step\":%d,\"place\":\"%s\",\"values\":%s}\n".formatted(step, place, values));
            }
        }
        metrics.append(
                "{\"step\":400,\"epoch\":3,\"representation.rankme\":31,\"knn\":0.75,\"odd.measure\":\"NaN\"}\n");
        metrics.append("{\"step\":400,\"event\":\"finished\",\"message\":\"\"}\n");
        Files.writeString(folder.resolve("metrics.jsonl"), metrics);
        Files.writeString(folder.resolve("spectra.jsonl"), spectra);
        Files.writeString(folder.resolve("alarms.jsonl"), """
                {"step":200,"onset":150,"place":"embedding","kind":"DIMENSIONAL","evidence":"rank 3 of 64","next":"more","action":"warn"}
                """);
        Files.writeString(folder.resolve("verdicts.jsonl"), """
                {"step":20,"subject":"embedding","rows":128,"width":64,"verdicts":[{"kind":"HEALTHY","title":"healthy","confidence":0.9}]}
                {"step":40,"subject":"embedding","rows":128,"width":64,"verdicts":[{"kind":"HEALTHY","title":"healthy","confidence":0.8}]}
                {"step":60,"subject":"embedding","rows":128,"width":64,"verdicts":[{"kind":"DIMENSIONAL","title":"dimensional collapse",
                "collapse":true,"confidence":0.9}]}
                """.replace(",\n", ","));
        Files.writeString(folder.resolve("diagnosis.json"), """
                {"diagnoses":[{"subject":"embedding","rows":100,"width":8,"verdicts":[{"kind":"DIMENSIONAL",
                "title":"dimensional collapse","collapse":true,"confidence":0.9,"evidence":"rank 3 of 64","next":"raise the variance"}],
                "sections":[{"name":"ranks","measures":[{"name":"rankme.centered","value":3.1,"lower":2.9,"upper":"NaN","healthy":"above 30",
                "meaning":"dimensions in use"}]}],"plots":{"singularValues":[3,2,1,0],"isotropic":[2,2,2,2],
                "deviations":[1,1,0,0],"norms":[0,1,2,3,4]},"warnings":["1 row left out"]}]}
                """);
        Files.writeString(folder.resolve("evaluation.json"), """
                {"protocols":{"probes":{"hash":"830f8a57","protocol":{"view":"plain"},"step":400,"results":[{"features":"encoder",
                "width":8,"knn":{"accuracy":0.5,"lower":0.4,"upper":0.6},"linear":{"accuracy":0.6,"lower":0.5,"upper":0.7}}]},
                "retrieval":{"hash":"1234abcd","protocol":{"view":"plain"},"results":[{"features":"encoder","recall@1":0.5}]}}}
                """);
        Files.writeString(folder.resolve("map.json"), """
                {"about":"Four items.","names":["cat","dog"],"group":[0,0,1,1],"x":[0,1,0,1],"y":[0,0,1,1],"index":[7,8,9,10],
                "sprite":{"side":8,"columns":2}}
                """);
        ImageIO.write(
                new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB),
                "png",
                folder.resolve("map.png").toFile());
        ImageIO.write(
                new BufferedImage(300, 200, BufferedImage.TYPE_INT_RGB),
                "png",
                folder.resolve("views.png").toFile());
        return folder;
    }
}
