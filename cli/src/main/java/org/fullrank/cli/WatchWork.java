package org.fullrank.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import org.fullrank.engine.InputException;
import org.fullrank.run.RunFolder;
import org.fullrank.serve.WatchServer;

/// The work of `watch`.
record WatchWork(Watch command) {
    void run() {
        Path folder = command.folder == null ? RunFolder.DEFAULT_PARENT : command.folder;
        if (command.folder != null && !Files.isDirectory(folder)) {
            throw new InputException("watch: found no folder %s, expected one with runs; train with fullrank pretrain"
                    .formatted(folder));
        }
        if (command.port < 0 || command.port > 65535) {
            throw new InputException("--port: found %d, expected 0 to 65535".formatted(command.port));
        }
        try (WatchServer server = WatchServer.start(folder, command.host, command.port)) {
            String address = server.address().toString();
            command.out().println(command.json ? new Json().put("address", address) : address);
            command.out().flush();
            command.err().println("watching %s; Ctrl-C ends".formatted(folder));
            var interruption = Interruption.arm();
            while (!interruption.requested()) {
                Thread.sleep(100);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
