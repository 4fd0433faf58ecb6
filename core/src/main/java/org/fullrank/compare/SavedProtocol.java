package org.fullrank.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SequencedMap;
import org.fullrank.engine.InputException;
import org.fullrank.engine.JobException;
import org.fullrank.file.JsonFile;
import org.fullrank.probe.Protocol;
import org.jspecify.annotations.Nullable;

/// The protocol of all numbers in a folder, saved in the file `protocol.json`.
///
/// @param hash of the protocol
/// @param fields settings of the protocol by name
record SavedProtocol(String hash, SequencedMap<String, String> fields) {
    private static final String FILE = "protocol.json";

    /// @throws InputException when the folder contains numbers of another protocol
    static void require(Path folder, Protocol protocol) {
        @Nullable SavedProtocol saved = JsonFile.read(folder.resolve(FILE), SavedProtocol.class);
        if (saved == null) {
            return;
        }
        try {
            protocol.requireLike(saved.hash, saved.fields);
        } catch (InputException e) {
            throw new InputException(
                    "%s; %s contains numbers of the second, so name another folder with --out"
                            .formatted(e.getMessage(), folder),
                    e);
        }
    }

    static void save(Path folder, Protocol protocol) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new JobException(
                    "cannot make the folder %s: %s; name another one with --out".formatted(folder, e), e);
        }
        if (!Files.exists(folder.resolve(FILE))) {
            FolderFiles.locked(
                    folder,
                    () -> JsonFile.write(folder.resolve(FILE), new SavedProtocol(protocol.hash(), protocol.fields())));
        }
    }
}
