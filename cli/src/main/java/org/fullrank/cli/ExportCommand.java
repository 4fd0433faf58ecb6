package org.fullrank.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Natives;
import org.fullrank.export.OnnxEncoder;
import org.fullrank.export.WeightCard;
import org.fullrank.trained.ExportedClassifier;
import org.fullrank.trained.Int8Export;
import org.fullrank.trained.OnnxExport;
import org.fullrank.trained.Trained;
import org.fullrank.trained.TrainedEncoder;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Writes the encoder of a run as an ONNX model, or its weights as a safetensors file.
@Command(
        name = "export",
        sortOptions = false,
        description =
                "Writes the encoder of a run as an ONNX model, which other programs and languages can run, or its weights"
                        + " as a safetensors file.",
        footer = {
            "",
            "The input of the model is named input. An image encoder reads uint8 [N, height, width, C] of any size. The"
                    + " model resizes the images, cuts out the center and normalizes, as an evaluation does. With --input"
                    + " uint8 or float, it does not resize: the images must already have the size views.size. An encoder of vectors reads float32 [N, F], not standardized."
                    + " The output is named embedding, float32 [N, D]; --classifier and --projector add outputs.",
            "",
            "Before the file is written, onnxruntime runs the model on random inputs. If an entry of an output differs"
                    + " from that of Fullrank by more than 1e-4 of the largest entry, nothing is written.",
            "",
            "With --format safetensors, the file has the weights of an image encoder. The parameters of a ResNet have the"
                    + " names of torchvision, and those of a vision transformer have the names of timm. The metadata entry"
                    + " \"fullrank\" states the encoder, the size of the images and the normalization. fullrank import"
                    + " reads such a file.",
            "",
            "Examples:",
            "  fullrank export runs/mine --out encoder.onnx",
            "  fullrank export runs/mine --out encoder.onnx --layer layer3",
            "  fullrank export runs/mine --out classifier.onnx --classifier",
            "  fullrank export runs/mine --out encoder.safetensors"
        })
final class ExportCommand extends Job {
    @Option(
            names = "--out",
            paramLabel = "FILE",
            required = true,
            description = "The output file. The name of the file must end in .onnx or .safetensors.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path out;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description = "onnx or safetensors. Default: as the name of the file ends.")
    private @Nullable String format;

    @Option(
            names = "--input",
            paramLabel = "TYPE",
            description = "What an image encoder reads: image (uint8 of any size), uint8 or float (both of the size"
                    + " of the views, from 0 to 255). Default: image.")
    private @Nullable String input;

    @Option(
            names = "--layer",
            paramLabel = "NAME",
            description = "Block of the encoder whose pooled output is the embedding. Default: the representation.")
    private @Nullable String layer;

    @Option(
            names = "--int8",
            description =
                    "Writes a model that computes with 8-bit integers. It is written only if its kNN accuracy is at"
                            + " most one percentage point below that of the encoder. This needs labels. For images, do not"
                            + " combine it with --input uint8 or float. Vision transformers are refused.")
    private boolean int8;

    @Option(
            names = "--calibrate",
            paramLabel = "PATH",
            description = "Labeled data for --int8 and --classifier, if the data of the run have no labels. Default:"
                    + " the data of the run.")
    private @Nullable String calibrate;

    @Option(
            names = "--classifier",
            description = "Adds the output logits, float32 [N, classes]: the linear probe, fitted on the train split."
                    + " The metadata entry \"classes\" lists the class names in the order of the logits. This needs"
                    + " labels.")
    private boolean classifier;

    @Option(
            names = "--projector",
            description = "Adds the output projection, float32 [N, E]: the output of the projector, which the training"
                    + " objective reads.")
    private boolean projector;

    @Mixin
    private final EncoderOptions options = new EncoderOptions();

    @Override
    void work() {
        requireFolder("--out", out);
        if (isSafeTensors()) {
            writeWeights();
            return;
        }
        OnnxEncoder.Input reads = switch (input) {
            case null -> OnnxEncoder.Input.IMAGE;
            case "image" -> OnnxEncoder.Input.IMAGE;
            case "uint8" -> OnnxEncoder.Input.UINT8;
            case "float" -> OnnxEncoder.Input.FLOAT;
            default -> throw new InputException("--input: found %s, expected image, uint8 or float".formatted(input));
        };
        Natives.loadEarly();
        Map<String, String> notes = new LinkedHashMap<>();
        notes.put(
                "source",
                String.valueOf(options.run.toAbsolutePath().normalize().getFileName()));
        notes.put("layer", layer == null ? "representation" : layer);
        InputException.when(
                calibrate != null && !int8 && !classifier,
                "--calibrate: found neither --int8 nor --classifier, which read its data; add one of them");
        InputException.when(
                int8 && (classifier || projector),
                "--int8: found --classifier or --projector, but it cannot be combined with them; leave one of the options"
                        + " out");
        @Nullable ExportedClassifier probe = null;
        OnnxExport written;
        try (TrainedEncoder encoder = TrainedEncoder.open(options.run, options.best, err()::println)) {
            InputException.when(
                    input != null && !encoder.readsImages(),
                    "--input: found an encoder of vectors, which reads float32, expected one of images; leave the option"
                            + " out");
            encoder.requireExportable();
            if (int8) {
                writeInt8(reads, notes);
                return;
            }
            probe = classifier ? probe(encoder.checkpoint()) : null;
            written = encoder.exportOnnx(out, reads, layer, notes, new TrainedEncoder.ExtraOutputs(projector, probe));
        }
        if (options.json) {
            var json = new Json()
                    .put("file", written.file().toString())
                    .put("bytes", written.bytes())
                    .put("input", written.input())
                    .put("width", written.width())
                    .put("difference", written.difference());
            if (probe != null) {
                json.put("classes", probe.classes())
                        .put("linearAccuracy", probe.accuracy())
                        .put("items", probe.items());
            }
            out().println(json);
        } else {
            out().println(
                            "%s: input %s, embedding float32 [N, %d]; onnxruntime differs by at most %.1e of the largest entry"
                                    .formatted(written.file(), written.input(), written.width(), written.difference()));
            if (probe != null) {
                out().println("logits float32 [N, %d]; linear accuracy %.4f on %d items%s"
                        .formatted(
                                probe.classes().size(),
                                probe.accuracy(),
                                probe.items(),
                                probe.probe().converged() ? "" : " (the fit has not converged)"));
            }
        }
    }

    private boolean isSafeTensors() {
        String name = out.toString().toLowerCase(Locale.ROOT);
        String ending = name.endsWith(".onnx") ? "onnx" : name.endsWith(".safetensors") ? "safetensors" : "";
        InputException.when(
                ending.isEmpty(),
                "--out %s: found no known ending, expected .onnx or .safetensors; rename the file",
                out);
        String wanted = format == null ? ending : format;
        InputException.unless(
                wanted.equals("onnx") || wanted.equals("safetensors"),
                "--format: found %s, expected onnx or safetensors; choose one of them",
                wanted);
        InputException.unless(
                wanted.equals(ending),
                "--out %s: found the ending .%s, expected .%s; change --out or --format",
                out,
                ending,
                wanted);
        return ending.equals("safetensors");
    }

    private void writeWeights() {
        InputException.when(
                input != null || layer != null || int8 || calibrate != null || classifier || projector,
                "--format safetensors: found an option of ONNX models, expected none of --input, --layer, --int8,"
                        + " --calibrate, --classifier and --projector; leave the option out");
        Natives.loadEarly();
        WeightCard card;
        try (TrainedEncoder encoder = TrainedEncoder.open(options.run, options.best, err()::println)) {
            card = encoder.exportWeights(
                    out, String.valueOf(options.run.toAbsolutePath().normalize().getFileName()));
        }
        if (options.json) {
            out().println(new Json()
                    .put("file", out.toString())
                    .put("bytes", out.toFile().length())
                    .put("width", card.encoder().features())
                    .put("size", card.size())
                    .put("mean", card.normalize().mean())
                    .put("std", card.normalize().std()));
        } else {
            out().println(
                            "%s: weights for images of %d pixels, embeddings of width %d; mean %s and deviation %s of the pixels"
                                    .formatted(
                                            out,
                                            card.size(),
                                            card.encoder().features(),
                                            card.normalize().mean(),
                                            card.normalize().std()));
        }
    }

    /// Fits the linear probe on the checkpoint of the encoder.
    ///
    /// @param checkpoint the checkpoint of the encoder. A running training may have written a newer one since
    /// @throws InputException when there is a newer checkpoint, or when there are no labels
    private ExportedClassifier probe(Path checkpoint) {
        try (Trained trained =
                Trained.open(options.run, new Trained.Reading(calibrate, options.best), err()::println)) {
            InputException.unless(
                    trained.checkpoint().equals(checkpoint),
                    "run %s: found a new checkpoint, because the training wrote it during the export; export again",
                    options.run);
            return ExportedClassifier.fit(trained, layer);
        }
    }

    private void writeInt8(OnnxEncoder.Input reads, Map<String, String> notes) {
        Int8Export written;
        try (Trained trained =
                Trained.open(options.run, new Trained.Reading(calibrate, options.best), err()::println)) {
            written = Int8Export.write(out, trained, reads, layer, notes);
        }
        if (options.json) {
            out().println(new Json()
                    .put("file", written.file().toString())
                    .put("bytes", written.bytes())
                    .put("input", written.input())
                    .put("width", written.width())
                    .put("accuracy", written.accuracy())
                    .put("int8Accuracy", written.int8Accuracy())
                    .put("items", written.items()));
        } else {
            out().println(
                            "%s: input %s, embedding float32 [N, %d]; kNN accuracy %.4f with 8 bits, %.4f with floats, on %d items"
                                    .formatted(
                                            written.file(),
                                            written.input(),
                                            written.width(),
                                            written.int8Accuracy(),
                                            written.accuracy(),
                                            written.items()));
        }
    }
}
