package org.fullrank.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import org.fullrank.engine.JobException;
import org.fullrank.file.Inputs;

/// The cache folder for packed files.
final class Cache {
    private Cache() {}

    /// The packed file of a source. Its name consists of the source's name and a digest of the full path and
    /// of everything that decides how the source is read.
    static Path file(DataSpec spec, String name, DataSource source) {
        String format = source.format();
        String identity = format.equals("built-in shapes")
                ? spec.path()
                : Path.of(spec.path()).toAbsolutePath().normalize().toString();
        String key = new Stamp()
                .text(identity + '\0' + format + '\0' + spec.decodeKey() + '\0' + source.key())
                .text()
                .substring(0, 12);
        String safe = name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9._-]", "_");
        return folder(spec).resolve(safe.substring(0, Math.min(60, safe.length())) + "-" + key + ".pack");
    }

    /// The name of a data set: the last part of the path without the extensions of its format.
    static String name(Path path) {
        Path last = path.toAbsolutePath().normalize().getFileName();
        String name = last == null ? "data" : last.toString();
        String bare = name.replaceFirst(
                "(?i)(\\.(tar|csv|tsv|npy|bin|idx|ts))?\\.(gz|tgz|tar|zip|csv|npy|npz|bin|data|ts)$", "");
        return bare.isEmpty() ? name : bare;
    }

    static PackWriter create(Path file) {
        try {
            return new PackWriter(file);
        } catch (IOException e) {
            throw failed(file, e);
        }
    }

    /// The exception for a packed file that could not be written.
    static JobException failed(Path file, IOException e) {
        return new JobException(
                "packed data " + file + " cannot be written: " + Inputs.reason(e)
                        + "; free some space or set data.cache to another folder",
                e);
    }

    private static Path folder(DataSpec spec) {
        if (spec.cache() != null) {
            return spec.cache();
        }
        String xdg = System.getenv("XDG_CACHE_HOME");
        return xdg != null && !xdg.isBlank()
                ? Path.of(xdg, "fullrank")
                : Path.of(System.getProperty("user.home"), ".cache", "fullrank");
    }
}
