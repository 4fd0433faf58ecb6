package org.fullrank.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.fullrank.data.DataSpec;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Natives;
import org.fullrank.export.ForeignConfig;
import org.fullrank.export.ForeignWeights;
import org.fullrank.export.WeightFile;
import org.fullrank.net.Vit;
import org.fullrank.run.Recipe;
import org.fullrank.run.Recipes;
import org.fullrank.run.RunFolder;
import org.fullrank.settings.Yaml;
import org.fullrank.train.WeightImport;
import org.fullrank.view.ImageViewGenerator;
import org.fullrank.view.ImageViews;
import org.fullrank.view.Normalize;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Makes a run from the weights of another project.
@Command(
        name = "import",
        sortOptions = false,
        description =
                "Makes a run from the weights of a ResNet or vision transformer (torchvision, timm, Hugging Face).",
        footer = {
            "",
            "FILE is a safetensors file. The names and shapes of its tensors tell the architecture, or the metadata"
                    + " of a file from export --format safetensors. For other files, the means and"
                    + " deviations of the pixels and the size of the images are read from config.json or"
                    + " preprocessor_config.json in its folder, or given as options.",
            "",
            "The run can be evaluated, diagnosed, exported and served as any other. pretrain --from RUN trains it"
                    + " further.",
            "",
            "Examples:",
            "  fullrank import resnet18/model.safetensors --out runs/resnet18",
            "  fullrank import weights.safetensors --normalize imagenet --size 224 --out runs/weights",
            "  fullrank pretrain --from runs/resnet18 --data photos/ --out runs/tuned"
        })
final class ImportCommand extends Job {
    @Parameters(paramLabel = "FILE", description = "A safetensors file.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path file;

    @Option(names = "--out", paramLabel = "DIR", required = true, description = "The new run folder.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path out;

    @Option(
            names = "--names",
            paramLabel = "PROJECT",
            description = "The project that named the tensors: torchvision, timm or hf. Default: detected.")
    private @Nullable String names;

    @Option(
            names = "--prefix",
            paramLabel = "TEXT",
            description = "The beginning of the tensor names, such as encoder_q., if a file has several networks."
                    + " Default: detected.")
    private @Nullable String prefix;

    @Option(
            names = "--heads",
            paramLabel = "N",
            description =
                    "Number of attention heads. Default: from config.json, or width / 64 if the width is 192, 384, 768 or"
                            + " 1024.")
    private @Nullable Integer heads;

    @Option(
            names = "--size",
            paramLabel = "PIXELS",
            description = "Side of the images. Default: as the positions of a transformer or the configuration say.")
    private @Nullable Integer size;

    @Option(
            names = "--normalize",
            paramLabel = "NAME|LISTS",
            description = "Means and deviations of the pixels: imagenet, cifar10, half, none, or"
                    + " {mean: [R, G, B], std: [R, G, B]}. Default: as the configuration says.")
    private @Nullable String normalize;

    @Option(
            names = "--recipe",
            paramLabel = "NAME",
            defaultValue = "photos-simclr",
            description = "The recipe for pretrain --from. Its encoder, size and normalization are replaced."
                    + " Default: photos-simclr.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String recipe;

    @Option(names = "--json", description = "Prints the result as one JSON object.")
    private boolean json;

    @Override
    void work() {
        RunFolder.requireFree(out);
        Natives.loadEarly();
        try (var opened = WeightFile.open(file, new ForeignWeights.Hints(names, prefix, heads))) {
            ForeignWeights weights = opened.weights();
            ForeignConfig config = opened.config();
            opened.notes().forEach(err()::println);
            Recipe imported = recipe(weights, config);
            try (var filled = new WeightImport(imported, weights)) { // before there is a folder
                try (RunFolder folder = RunFolder.create(out, imported)) {
                    filled.write(folder);
                }
                report(weights, imported, filled.unread());
            }
        }
    }

    private Recipe recipe(ForeignWeights weights, ForeignConfig config) {
        var settings = new ArrayList<String>();
        settings.add("data.path=" + DataSpec.NONE);
        settings.add("views.size=" + side(weights, config));
        settings.add("views.normalize=" + (normalize == null ? stated(config, weights.channels()) : normalize));
        return Recipes.load(recipe, settings).withEncoder(weights.encoder());
    }

    private int side(ForeignWeights weights, ForeignConfig config) {
        int learned = weights.side();
        if (learned > 0 && size != null && size != learned) {
            throw new InputException(
                    "--size: found %d, expected %d, for which the positions were learned".formatted(size, learned));
        }
        int side = size != null ? size : learned > 0 ? learned : config.size();
        InputException.unless(
                side > 0, "%s: found no config with an image size in its folder; add --size PIXELS, such as 224", file);
        noteDifferences(config, side);
        return side;
    }

    /// Names what the project does differently.
    private void noteDifferences(ForeignConfig config, int side) {
        double kept = (double) side / ImageViewGenerator.scaledSide(side);
        if (config.crop() > 0 && Math.abs(config.crop() - kept) > 0.01) {
            err().println("note: the configuration keeps %.3f of the shorter side of an image; Fullrank keeps %.3f"
                    .formatted(config.crop(), kept));
        }
        if (config.normEpsilon() > 0 && config.normEpsilon() != Vit.NORM_EPSILON) {
            err().println("note: the configuration adds %.0e to the variances of layer norms; Fullrank adds %.0e"
                    .formatted(config.normEpsilon(), Vit.NORM_EPSILON));
        }
        config.notes().forEach(note -> err().println("note: " + note));
    }

    private String stated(ForeignConfig config, int channels) {
        InputException.when(
                config.mean().isEmpty() || config.std().isEmpty(),
                "%s: found no config with means and deviations of the pixels in its folder; add --normalize imagenet, or the"
                        + " right ones",
                file);
        return Yaml.json(new Normalize(config.mean(), config.std()));
    }

    private void report(ForeignWeights weights, Recipe imported, List<String> left) {
        if (imported.views() instanceof ImageViews views && json) {
            out().println(new Json()
                    .put("run", out.toString())
                    .put("encoder", weights.describe())
                    .put("size", views.size())
                    .put("width", imported.encoder().features())
                    .put("unread", left));
            return;
        }
        if (!left.isEmpty()) {
            err().println("note: %d tensors were not read, such as %s".formatted(left.size(), left.getFirst()));
        }
        int side = imported.views() instanceof ImageViews views ? views.size() : 0;
        int width = imported.encoder().features();
        out().println("%s: %s; images of %d pixels, embeddings of width %d"
                .formatted(out, weights.describe(), side, width));
    }
}
