package org.fullrank.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Natives;
import org.fullrank.export.OnnxEncoder;
import org.fullrank.trained.OnnxExport;
import org.fullrank.trained.TrainedEncoder;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Writes the encoder of a run as an ONNX model.
@Command(
        name = "export",
        sortOptions = false,
        description = "Writes the encoder of a run as an ONNX model, which other programs and languages can run.",
        footer = {
            "",
            "The input of the model is named input. An image encoder reads uint8 [N, H, W, C] of its own size: scale the"
                    + " shorter side of an image bicubically to this size (if it is 96 pixels or more, to 256/224 of it), and"
                    + " cut out the center. Normalization is a part of the model. An encoder of vectors reads float32 [N, F], not"
                    + " standardized. The output is named embedding, float32 [N, D].",
            "",
            "Before the file is written, onnxruntime runs the model on random inputs. If an entry of an embedding"
                    + " differs from that of Fullrank by more than 1e-4 of the largest entry, nothing is written.",
            "",
            "Examples:",
            "  fullrank export runs/mine --out encoder.onnx",
            "  fullrank export runs/mine --out encoder.onnx --layer layer3"
        })
final class ExportCommand extends Job {
    @Option(
            names = "--out",
            paramLabel = "FILE",
            required = true,
            description = "The output file. The name of the file must end in .onnx.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path out;

    @Option(
            names = "--input",
            paramLabel = "TYPE",
            description = "Type of the pixels that an image encoder reads, from 0 to 255: uint8 or float. Default:"
                    + " uint8.")
    private @Nullable String input;

    @Option(
            names = "--layer",
            paramLabel = "NAME",
            description = "Block of the encoder whose pooled output is the embedding. Default: the representation.")
    private @Nullable String layer;

    @Mixin
    private final EncoderOptions options = new EncoderOptions();

    @Override
    void work() {
        requireFolder("--out", out);
        if (!out.toString().toLowerCase(Locale.ROOT).endsWith(".onnx")) {
            throw new InputException("--out %s: found no known ending, expected .onnx".formatted(out));
        }
        boolean bytes = switch (input) {
            case null -> true;
            case "uint8" -> true;
            case "float" -> false;
            default -> throw new InputException("--input: found %s, expected uint8 or float".formatted(input));
        };
        Natives.loadEarly();
        Map<String, String> notes = new LinkedHashMap<>();
        notes.put(
                "source",
                String.valueOf(options.run.toAbsolutePath().normalize().getFileName()));
        notes.put("layer", layer == null ? "representation" : layer);
        OnnxExport written;
        try (TrainedEncoder encoder = TrainedEncoder.open(options.run, options.best, err()::println)) {
            InputException.when(
                    input != null && !encoder.readsImages(),
                    "--input: found an encoder of vectors, which reads float32, expected one of images; leave the option"
                            + " out");
            written = encoder.exportOnnx(out, new OnnxEncoder.Settings(bytes, layer, notes));
        }
        if (options.json) {
            out().println(new Json()
                    .put("file", written.file().toString())
                    .put("bytes", written.bytes())
                    .put("input", written.input())
                    .put("width", written.width())
                    .put("difference", written.difference()));
        } else {
            out().println(
                            "%s: input %s, embedding float32 [N, %d]; onnxruntime differs by at most %.1e of the largest entry"
                                    .formatted(written.file(), written.input(), written.width(), written.difference()));
        }
    }
}
