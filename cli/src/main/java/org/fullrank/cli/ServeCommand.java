package org.fullrank.cli;

import java.nio.file.Path;
import java.time.Duration;
import org.fullrank.engine.Natives;
import org.fullrank.search.VectorIndex;
import org.fullrank.serve.EmbeddingServer;
import org.fullrank.serve.ServiceSettings;
import org.fullrank.trained.TrainedEncoder;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Embeds over HTTP.
@Command(
        name = "serve",
        sortOptions = false,
        description = "Embeds images or rows of numbers over HTTP with the encoder of a run, until Ctrl-C.",
        footer = {
            "",
            "POST /embed takes an image, a multipart form of images, or JSON {\"rows\": [[...], ...]}. The answer is JSON,"
                    + " or float32 with the header Accept: application/octet-stream. GET /openapi.json describes all"
                    + " requests, /health and /metrics (Prometheus) the service. The page at / embeds a picture or a"
                    + " row of numbers. With --index, it also shows the nearest rows, and POST /search?k=10&class=NAME"
                    + " takes the same as /embed and gives the nearest rows.",
            "",
            "Ctrl-C or SIGTERM ends the service after the accepted requests are answered.",
            "",
            "Examples:",
            "  fullrank serve runs/mine",
            "  fullrank serve runs/mine --index idx/",
            "  curl --data-binary @photo.jpg -H 'Content-Type: image/jpeg' http://127.0.0.1:7438/embed"
        })
final class ServeCommand extends Job {
    @Option(
            names = "--index",
            paramLabel = "DIR",
            description = "An index of embeddings of this run, for POST /search. Default: none.")
    private @Nullable Path index;

    @Option(
            names = "--port",
            paramLabel = "N",
            description = "The port to listen on. The value 0 selects a free port. Default: "
                    + ServiceSettings.DEFAULT_PORT + ".")
    private int port = ServiceSettings.DEFAULT_PORT;

    @Option(
            names = "--host",
            paramLabel = "HOST",
            description = "The name or address to listen on. An address that other machines can reach needs --token."
                    + " Default: 127.0.0.1.")
    private String host = "127.0.0.1";

    @Option(
            names = "--token",
            paramLabel = "WORD",
            defaultValue = "${env:FULLRANK_TOKEN}",
            description = "A word that requests to /embed and /search must send: Authorization: Bearer WORD. Default:"
                    + " the environment variable FULLRANK_TOKEN, or none. Other users of the machine can see options, but"
                    + " not variables.")
    private @Nullable String token;

    @Option(
            names = "--batch",
            paramLabel = "N",
            description = "Maximum number of images in a batch. Default: " + ServiceSettings.DEFAULT_BATCH + ".")
    private int batch = ServiceSettings.DEFAULT_BATCH;

    @Option(
            names = "--wait",
            paramLabel = "MS",
            description = "Milliseconds that the first image of a batch waits for others. Default: 2.")
    private @Nullable Integer wait;

    @Option(
            names = "--queue",
            paramLabel = "N",
            description = "Maximum number of waiting images. Further requests get the answer 503. Default: "
                    + ServiceSettings.DEFAULT_QUEUE + ".")
    private int queue = ServiceSettings.DEFAULT_QUEUE;

    @Option(
            names = "--max-body",
            paramLabel = "BYTES",
            description = "Maximum size of a request in bytes. Default: " + ServiceSettings.DEFAULT_MAX_BODY + ".")
    private int maxBody = ServiceSettings.DEFAULT_MAX_BODY;

    @Mixin
    private final EncoderOptions options = new EncoderOptions();

    @Override
    void work() {
        Duration patience = wait == null ? ServiceSettings.DEFAULT_WAIT : Duration.ofMillis(wait);
        var settings = new ServiceSettings(host, port, token, batch, patience, queue, maxBody);
        Natives.loadEarly();
        String name = String.valueOf(options.run.toAbsolutePath().normalize().getFileName());
        try (TrainedEncoder encoder = TrainedEncoder.open(options.run, options.best, err()::println);
                VectorIndex opened = index == null ? null : IndexOwner.open(index, options.run, encoder, err());
                EmbeddingServer server = EmbeddingServer.start(encoder, opened, name, settings)) {
            String address = server.address().toString();
            out().println(options.json ? new Json().put("address", address) : address);
            out().flush();
            err().println("serving %s; Ctrl-C ends".formatted(options.run));
            var interruption = Interruption.arm();
            while (!interruption.requested()) {
                Thread.sleep(100);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
