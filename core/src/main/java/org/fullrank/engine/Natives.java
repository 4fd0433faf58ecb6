package org.fullrank.engine;

import java.io.IOException;
import java.net.URL;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas;
import org.bytedeco.pytorch.global.torch;

/// Loads libtorch. Every native library is unpacked before the first one is opened: opened one by one, a half-unpacked
/// set can bind to another libtorch of the machine, and the process dies with SIGSEGV.
///
/// The unpacked files live in `~/.javacpp/cache`, or where the system property `org.bytedeco.javacpp.cachedir` says.
public final class Natives {
    /// How the binding names its libraries for NVIDIA GPUs.
    private static final String GPU = "-gpu";

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
            if (has("/org/bytedeco/pytorch/" + platform + GPU)) {
                System.setProperty("org.bytedeco.javacpp.platform.extension", GPU);
                unpack("/org/bytedeco/pytorch/" + platform + GPU);
            } else {
                unpack("/org/bytedeco/pytorch/" + platform);
            }
            Loader.load(openblas.class);
            Loader.load(torch.class);
        } catch (IOException | UnsatisfiedLinkError | NoClassDefFoundError e) {
            throw new JobException(
                    "libtorch for %s cannot be loaded (%s); it needs a 64-bit x86 Linux, and 1 GB free in %s"
                            .formatted(platform, firstLine(e), cacheFolder()),
                    e);
        }
        loaded = true;
    }

    private static boolean has(String folder) throws IOException {
        return Loader.findResources(Natives.class, folder).length > 0;
    }

    private static void unpack(String folder) throws IOException {
        URL[] found = Loader.findResources(Natives.class, folder);
        if (found.length == 0) {
            throw new IOException("no native libraries on the class path under " + folder);
        }
        for (URL url : found) {
            if (Loader.cacheResource(url) == null) {
                throw new IOException("cannot unpack " + folder);
            }
        }
    }

    private static String cacheFolder() {
        return System.getProperty("org.bytedeco.javacpp.cachedir", "~/.javacpp/cache");
    }

    private static String firstLine(Throwable e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("no message");
    }
}
