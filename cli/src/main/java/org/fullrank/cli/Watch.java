package org.fullrank.cli;

import java.nio.file.Path;
import org.fullrank.serve.WatchServer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "watch",
        sortOptions = false,
        description = "Shows the runs of a folder in the browser while they train, until Ctrl-C.",
        footer = {
            "",
            "Only this machine can see the page, unless --host names another of its addresses. A run never waits for it.",
            "",
            "Examples:",
            "  fullrank watch",
            "  fullrank watch /data/experiments --port 0"
        })
final class Watch extends Job {
    @Parameters(
            arity = "0..1",
            paramLabel = "DIR",
            description = "Folder of run folders, or a run folder. Default: runs.")
    @Nullable
    Path folder;

    @Option(
            names = "--port",
            paramLabel = "N",
            description = "Port to listen on, 0 for any that is free. Default: " + WatchServer.DEFAULT_PORT + ".")
    int port = WatchServer.DEFAULT_PORT;

    @Option(
            names = "--host",
            paramLabel = "HOST",
            description =
                    "Name or address to listen on; others than the loopback ones let other machines read the page."
                            + " Default: " + WatchServer.DEFAULT_HOST + ".")
    String host = WatchServer.DEFAULT_HOST;

    @Option(names = "--json", description = "Prints the address as one JSON object.")
    boolean json;

    @Override
    void work() {
        new WatchWork(this).run();
    }
}
