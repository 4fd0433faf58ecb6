package org.fullrank.trained;

import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.data.ImageFile;
import org.fullrank.data.Images;
import org.fullrank.data.Items;
import org.fullrank.data.SeriesShape;
import org.fullrank.data.TableSchema;
import org.fullrank.data.Vectors;
import org.fullrank.engine.Device;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Precision;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.engine.Threads;
import org.fullrank.export.OnnxEncoder;
import org.fullrank.export.OnnxOutput;
import org.fullrank.export.WeightCard;
import org.fullrank.method.Method;
import org.fullrank.net.Mode;
import org.fullrank.net.Recurrent;
import org.fullrank.net.ResNet1d;
import org.fullrank.probe.Embedder;
import org.fullrank.probe.Features;
import org.fullrank.run.Recipe;
import org.fullrank.run.RunFolder;
import org.fullrank.train.Checkpoint;
import org.fullrank.train.Checkpoints;
import org.fullrank.train.MethodBuilder;
import org.fullrank.view.ColumnMoments;
import org.fullrank.view.ImageViews;
import org.fullrank.view.InputShape;
import org.fullrank.view.SeriesViews;
import org.fullrank.view.ViewGenerator;
import org.jspecify.annotations.Nullable;

/// Embeds single images or rows with the encoder of a run. The data of the run are not needed, and nothing is
/// written. An image has the same embedding as in a data set, because it is read and resized in the same way.
///
/// The network is built for the shape of the first input. Threads may share an encoder: their calls run one
/// after another.
public final class TrainedEncoder implements AutoCloseable {
    /// Steps of a series for which a network is built that reads any length.
    private static final int SERIES_LENGTH = 64;

    private final Recipe recipe;
    private final Path checkpoint;
    private final Device device;
    private final int threads;
    private final Consumer<String> notes;
    private final @Nullable TableSchema table;
    private @Nullable Network network;
    private volatile int channels; // 0 until it is known
    private boolean closed;

    /// The network for inputs of one shape.
    private record Network(ViewGenerator views, Method method) {}

    private int rowWidth; // 0 until it is asked

    private TrainedEncoder(Recipe recipe, Path checkpoint, Consumer<String> notes) {
        this.recipe = recipe;
        this.checkpoint = checkpoint;
        this.notes = notes;
        table = Checkpoint.table(checkpoint);
        device = recipe.train().device().resolve();
        threads = Threads.resolve(recipe.train().threads());
    }

    /// Opens the latest checkpoint of a run.
    ///
    /// @throws InputException when there is no run or no checkpoint
    public static TrainedEncoder open(Path run) {
        return open(run, false, note -> {});
    }

    /// Opens a run.
    ///
    /// @param best whether the checkpoint with the best score during training is used instead of the latest one
    /// @param notes gets a line for each thing that a reader should know, such as a damaged checkpoint
    /// @throws InputException when there is no run or no checkpoint
    public static TrainedEncoder open(Path run, boolean best, Consumer<String> notes) {
        RunFolder folder = RunFolder.open(run); // opened for reading, it holds nothing to close
        Path checkpoint =
                best ? Checkpoints.best(folder.checkpoints(), notes) : Checkpoints.latest(folder.checkpoints(), notes);
        return new TrainedEncoder(folder.config(Recipe.class), checkpoint, notes);
    }

    /// Opens a checkpoint of a run, or the latest one if it is gone.
    ///
    /// @param wanted name of the checkpoint, as [#checkpoint()] ends
    /// @param notes gets a line for each thing that a reader should know, such as a damaged checkpoint
    /// @throws InputException when there is no run or no checkpoint
    public static TrainedEncoder open(Path run, String wanted, Consumer<String> notes) {
        RunFolder folder = RunFolder.open(run); // opened for reading, it holds nothing to close
        Path checkpoint = folder.checkpoints().resolve(wanted);
        return Files.isRegularFile(checkpoint)
                ? new TrainedEncoder(folder.config(Recipe.class), checkpoint, notes)
                : open(run, false, notes);
    }

    /// The embedding `[D]` of an image file.
    ///
    /// @throws InputException when the file is not an image that can be read, when it has colors but the
    ///     encoder was trained on gray images, or when it was not trained on images
    public synchronized float[] embed(Path image) {
        return embed(ImageFile.read(image, recipe.data(), channels(), notes)).values();
    }

    /// The embedding `[D]` of an image in memory. Its samples are taken as sRGB.
    ///
    /// @throws InputException when the image has colors but the encoder was trained on gray images, or when
    ///     it was not trained on images
    public synchronized float[] embed(BufferedImage image) {
        return embed(ImageFile.of(image, recipe.data(), channels())).values();
    }

    /// The embedding `[D]` of a row of numbers.
    ///
    /// @param row `[F]`, the columns that the training learned from, in their order, not standardized
    /// @throws InputException when the encoder was not trained on rows of F numbers, or when it was trained
    ///     on a table with categories or missing values
    public float[] embed(float[] row) {
        requireNumbers();
        return embed(Vectors.of(row, row.length)).values();
    }

    /// An image for [#embed(Items)], from the content of its file. Threads decode images at the same time.
    ///
    /// @param subject names the image in messages
    /// @throws InputException as [#embed(Path)]
    public Images decode(String subject, byte[] encoded) {
        int known = channels; // does not wait for an embedding that is being computed
        return ImageFile.decode(subject, encoded, recipe.data(), known > 0 ? known : channels(), notes);
    }

    /// Number of numbers F in a row that the encoder reads.
    ///
    /// @throws InputException when the encoder reads images, time series, or rows of a table with categories
    public synchronized int rowWidth() {
        if (rowWidth == 0) {
            rowWidth = readRowWidth();
        }
        return rowWidth;
    }

    private int readRowWidth() {
        requireNumbers();
        ColumnMoments moments = readsImages() ? null : Checkpoint.moments(checkpoint);
        if (moments == null || readsSeries()) {
            throw new InputException("encoder of %s: found one of %s, expected one of rows of numbers"
                    .formatted(checkpoint, readsImages() ? "images" : "time series"));
        }
        return moments.means().length;
    }

    /// The embeddings `[N, D]` of items, in their order.
    ///
    /// @throws InputException when the items do not have the shape of the training items
    public synchronized Features embed(Items items) {
        Threads.use(threads); // other work of this process may have chosen another number
        Network built = network(items);
        ViewGenerator views = built.views.on(items);
        if (!views.shape().equals(built.views.shape())) { // color after gray, because other sizes are resized
            throw new InputException("encoder of %s: found %s after %s; open another encoder for them"
                    .formatted(
                            checkpoint,
                            views.shape().describe(),
                            built.views.shape().describe()));
        }
        return Embedder.embed(built.method, views, items);
    }

    /// The checkpoint that was read.
    public Path checkpoint() {
        return checkpoint;
    }

    /// Number of training steps done at the checkpoint.
    public long step() {
        return Checkpoint.step(checkpoint);
    }

    /// Whether the encoder was trained on images.
    public boolean readsImages() {
        return recipe.views() instanceof ImageViews;
    }

    /// Writes the encoder as an ONNX model. The model is first run with onnxruntime on random inputs, one and
    /// seven at a time, and compared with this encoder.
    ///
    /// @param out the file; it is replaced only by a model that agrees
    /// @param input what the model reads in place of images
    /// @param layer name of a block whose pooled output is the result; null: the representation
    /// @param notes what a reader of the file should know, by name
    /// @throws InputException when the encoder has a layer that a graph cannot have, or no such block, or was
    ///     trained on series of one length or on a table with categories
    /// @throws org.fullrank.engine.JobException when the outputs differ by more than
    ///     [OnnxExport#LARGEST_DIFFERENCE]
    public OnnxExport exportOnnx(Path out, OnnxEncoder.Input input, @Nullable String layer, Map<String, String> notes) {
        return exportOnnx(out, input, layer, notes, ExtraOutputs.none());
    }

    /// The same with extra outputs.
    ///
    /// @param extra which extra outputs the model has
    /// @throws InputException as above, or when there is no projector
    /// @throws org.fullrank.engine.JobException as above
    public synchronized OnnxExport exportOnnx(
            Path out, OnnxEncoder.Input input, @Nullable String layer, Map<String, String> notes, ExtraOutputs extra) {
        requireExportable();
        Network built = Objects.requireNonNull(network);
        if (extra.projector && layer != null) {
            throw new InputException(
                    "--projector: found --layer %s, expected the representation, because the projector reads it; leave one"
                                    .formatted(layer)
                            + " of the two options out");
        }
        InputException.unless(
                extra.classifier == null || Objects.equals(extra.classifier.layer(), layer),
                "--classifier: found a linear probe of another layer, expected one of %s; fit it on the exported layer",
                layer == null ? "the representation" : layer);
        var all = new LinkedHashMap<>(notes);
        var outputs = new ArrayList<OnnxOutput>();
        if (extra.projector) {
            outputs.add(projection(built.method));
        }
        if (extra.classifier != null) {
            outputs.add(extra.classifier.head());
            all.put("classes", extra.classifier.note());
        }
        var settings = OnnxExport.settings(recipe, input, layer, all, outputs);
        return OnnxExport.write(out, built.method, built.views, settings, threads);
    }

    /// Builds the network for its inputs.
    ///
    /// @throws InputException when a model of ONNX cannot read them: time series of one length, or a table with
    ///     categories
    public synchronized void requireExportable() {
        if (readsImages()) {
            channels();
        } else {
            network(readsSeries() ? series() : rows());
        }
    }

    private boolean readsSeries() {
        return recipe.views() instanceof SeriesViews;
    }

    private Vectors rows() {
        int features = rowWidth();
        return Vectors.of(new float[features], features);
    }

    /// A series of zeros.
    private Vectors series() {
        InputException.unless(
                recipe.encoder() instanceof ResNet1d || recipe.encoder() instanceof Recurrent,
                "export: found an encoder of time series of one length, expected resnet1d or recurrent, which read any length;"
                        + " train one of them");
        int channels = Objects.requireNonNull(Checkpoint.moments(checkpoint)).means().length;
        var shape = new SeriesShape(channels, SERIES_LENGTH);
        return Vectors.of(new float[shape.values()], shape.values()).withSeries(shape);
    }

    /// Writes the weights of the encoder as a safetensors file, with the names of torchvision for ResNets and of timm
    /// for vision transformers. The metadata has a [WeightCard].
    ///
    /// @param out the file; an existing file is replaced
    /// @param source what the metadata names as the source of the weights
    /// @return what the metadata says
    /// @throws InputException when the encoder was not trained on images
    public synchronized WeightCard exportWeights(Path out, String source) {
        if (!(recipe.views() instanceof ImageViews images)) {
            throw new InputException(
                    "--format safetensors: found an encoder of %s, expected one of images; use --format onnx, or the file"
                                    .formatted(readsSeries() ? "time series" : "vectors")
                            + " encoder.safetensors in the run folder");
        }
        var card = new WeightCard(recipe.encoder(), channels(), images.size(), images.normalize());
        Method method = Objects.requireNonNull(network).method;
        var metadata = new LinkedHashMap<String, String>();
        metadata.put("source", source);
        metadata.put(WeightCard.KEY, card.json());
        Checkpoint.exportEncoder(out, method, Checkpoint.load(checkpoint, method), metadata);
        return card;
    }

    /// The outputs of a model in addition to the embedding.
    ///
    /// @param projector whether the model has the output `projection`: the output of the projector, which the
    ///     training objective reads
    /// @param classifier the linear probe of the output `logits`; null: the model has no such output
    public record ExtraOutputs(boolean projector, @Nullable ExportedClassifier classifier) {
        public static ExtraOutputs none() {
            return new ExtraOutputs(false, null);
        }
    }

    private static OnnxOutput projection(Method method) {
        InputException.when(
                method.projector().layers().isEmpty(),
                "--projector: found a run without a projector, expected one that was trained with method.projector; leave"
                        + " the option out");
        try (var scope = Scope.withoutGradients()) {
            Tensor none = Tensors.zeros(
                    method.parameters().device(),
                    ScalarType.Float,
                    1,
                    method.encoder().blocks().getLast().width());
            int width = Math.toIntExact(method.project(none, Mode.EVALUATE).size(1));
            return new OnnxOutput(
                    "projection",
                    width,
                    (graph, x) -> method.projector().write(graph, x),
                    y -> method.project(Tensors.to(y, method.parameters().device()), Mode.EVALUATE));
        }
    }

    private Network network(Items items) {
        if (closed) {
            throw new InputException("encoder of %s: it is closed; open it again".formatted(checkpoint));
        }
        if (network == null) {
            Network built = build(items);
            try {
                Checkpoint.load(checkpoint, built.method);
            } catch (RuntimeException e) {
                built.method.close();
                throw e;
            }
            network = built;
        }
        return network;
    }

    private Network build(Items items) {
        ViewGenerator views = Trained.views(recipe, items, checkpoint, threads);
        return new Network(views, MethodBuilder.build(recipe, views, device, Precision.FP32));
    }

    /// Whether the encoder was trained on color images (3) or on gray ones (1).
    private synchronized int channels() {
        if (!readsImages()) {
            throw new InputException(
                    "encoder of %s: found an image, expected a row of numbers as in training; embed rows"
                            .formatted(checkpoint));
        }
        if (network == null && !closed) {
            Items gray = Images.of(new byte[1], 1, 1, 1);
            Network built = build(gray);
            boolean fits = Checkpoint.fits(checkpoint, built.method);
            built.method.close();
            network(fits ? gray : Images.of(new byte[3], 1, 1, 3));
        }
        channels = network != null && network.views.shape() instanceof InputShape.Image image ? image.channels() : 3;
        return channels;
    }

    private void requireNumbers() {
        if (table != null && table.spans().stream().anyMatch(s -> !s.numeric() || s.width() > 1)) {
            throw new InputException("encoder of %s: found a row of numbers, expected a row of a table with %s; use"
                            .formatted(checkpoint, table.text())
                    + " Trained.open with a CSV file");
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (network != null) {
            network.method.close();
            network = null;
        }
    }
}
