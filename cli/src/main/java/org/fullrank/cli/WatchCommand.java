package org.fullrank.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import org.fullrank.engine.InputException;
import org.fullrank.run.RunFolder;
import org.fullrank.serve.WatchServer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Shows runs in the browser during training.
@Command(
        name = "watch",
        sortOptions = false,
        description = "Shows the runs of a folder in the browser during training, until Ctrl-C.",
        footer = {
            "",
            "Only this machine can open the page, unless --host is a different address of this"
                    + " machine. The page never slows down a run.",
            "",
            "Examples:",
            "  fullrank watch",
            "  fullrank watch /data/experiments --port 0"
        })
final class WatchCommand extends Job {
    @Parameters(
            arity = "0..1",
            paramLabel = "DIR",
            description = "A folder of run folders, or one run folder. Default: runs.")
    @Nullable
    Path folder;

    @Option(
            names = "--port",
            paramLabel = "N",
            description = "The port to listen on. The value 0 selects a free port. Default: " + WatchServer.DEFAULT_PORT
                    + ".")
    int port = WatchServer.DEFAULT_PORT;

    @Option(
            names = "--host",
            paramLabel = "HOST",
            description = "The name or address to listen on. With an address that is not a loopback address, other"
                    + " machines can read the page. Default: " + WatchServer.DEFAULT_HOST + ".")
    String host = WatchServer.DEFAULT_HOST;

    @Option(names = "--json", description = "Prints the address as one JSON object.")
    boolean json;

    @Override
    void work() {
        Path runs = folder == null ? RunFolder.DEFAULT_PARENT : folder;
        if (folder != null && !Files.isDirectory(runs)) {
            throw new InputException(
                    "watch: found no folder %s, expected one with runs; train with fullrank pretrain".formatted(runs));
        }
        if (port < 0 || port > 65535) {
            throw new InputException("--port: found %d, expected 0 to 65535".formatted(port));
        }
        try (WatchServer server = WatchServer.start(runs, host, port)) {
            String address = server.address().toString();
            out().println(json ? new Json().put("address", address) : address);
            out().flush();
            err().println("watching %s; Ctrl-C ends".formatted(runs));
            err().println(RunFolder.tensorBoard(runs));
            var interruption = Interruption.arm();
            while (!interruption.requested()) {
                Thread.sleep(100);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
