package org.fullrank.engine;

import java.io.IOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas;
import org.bytedeco.pytorch.global.torch;

/// Loads libtorch. Every native library is unpacked before the first one is opened: opened one by one, a half-unpacked
/// set can bind to another libtorch of the machine, and the process dies with SIGSEGV. Then the parts are opened inner
/// ones first: a part that is open already is taken for what the next one needs, while one that is not is searched for,
/// and the library path of the machine goes before the folder of the asking part.
///
/// The unpacked files live in `~/.javacpp/cache`, or where the system property `org.bytedeco.javacpp.cachedir` says.
public final class Natives {
    /// The parts of libtorch in the order in which they need one another.
    private static final List<String> INNER_FIRST =
            List.of("libgomp.so.1", "libc10.so", "libtorch_cpu.so", "libtorch.so");

    /// Only in builds for a GPU, whose parts need CUDA opened before them; the binding does that in its own order.
    private static final String GPU_PART = "libtorch_cuda.so";

    private static boolean loaded;

    private Natives() {}

    /// Loads everything once; later calls return at once.
    ///
    /// @throws JobException when the machine has no libraries for its platform or they cannot be unpacked
    public static synchronized void load() {
        if (loaded) {
            return;
        }
        // The collector does not feel native memory, so its limits on it would only raise false alarms: memory is
        // owned by scopes.
        System.setProperty("org.bytedeco.javacpp.maxBytes", "0");
        System.setProperty("org.bytedeco.javacpp.maxPhysicalBytes", "0");
        String platform = Loader.getPlatform();
        try {
            unpack("/org/bytedeco/openblas/" + platform);
            Path torchFolder = unpack("/org/bytedeco/pytorch/" + platform);
            Loader.load(openblas.class);
            openInnerFirst(torchFolder);
            Loader.load(torch.class);
        } catch (IOException | UnsatisfiedLinkError | NoClassDefFoundError e) {
            throw new JobException(
                    "libtorch for %s cannot be loaded (%s); it needs a 64-bit x86 Linux, and 1 GB free in %s"
                            .formatted(platform, firstLine(e), cacheFolder()),
                    e);
        }
        loaded = true;
    }

    private static void openInnerFirst(Path folder) {
        if (Files.exists(folder.resolve(GPU_PART))) {
            return;
        }
        for (String part : INNER_FIRST) {
            Path file = folder.resolve(part);
            if (Files.exists(file)) {
                System.load(file.toString());
            }
        }
    }

    private static Path unpack(String folder) throws IOException {
        URL[] found = Loader.findResources(Natives.class, folder);
        if (found.length == 0) {
            throw new IOException("no native libraries on the class path under " + folder);
        }
        for (URL url : found) {
            if (Loader.cacheResource(url) == null) {
                throw new IOException("cannot unpack " + folder);
            }
        }
        return Loader.cacheResource(found[0]).toPath().toAbsolutePath();
    }

    private static String cacheFolder() {
        return System.getProperty("org.bytedeco.javacpp.cachedir", "~/.javacpp/cache");
    }

    private static String firstLine(Throwable e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("no message");
    }
}
