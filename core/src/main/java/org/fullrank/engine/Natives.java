package org.fullrank.engine;

import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/// Loads libtorch. The class unpacks all native libraries before it opens the first one. Otherwise, a library
/// could bind to another libtorch on the machine. Then the process would crash with SIGSEGV.
///
/// The unpacked files are in `~/.javacpp/cache`, or in the folder of the system property
/// `org.bytedeco.javacpp.cachedir`.
public final class Natives {
    /// Suffix of the binding's library names for NVIDIA GPUs.
    private static final String GPU = "-gpu";

    /// Libraries that the binding's own library needs. Each one comes after its dependencies.
    private static final List<String> IN_ORDER = List.of("c10", "c10_cuda", "torch_cpu", "torch_cuda", "torch");

    /// Exponent of the time that OpenBLAS waits after a product before its threads sleep: 2^4 clock ticks.
    /// The default is 2^26 ticks, about 20 milliseconds. In this time, the waiting threads take the
    /// processors from the threads of the next operation.
    private static final String SLEEP_AT_ONCE = "4";

    private static boolean loaded;
    private static @Nullable JobException failure;
    private static volatile @Nullable Thread early;

    private Natives() {}

    /// Loads everything once; later calls return at once, or throw the same exception.
    ///
    /// @throws JobException when there are no libraries for this platform, or when they cannot be unpacked
    public static synchronized void load() {
        if (failure != null) {
            throw failure;
        }
        if (loaded) {
            return;
        }
        try {
            unpackAndOpen(Loader.getPlatform());
        } catch (IOException | LinkageError | RuntimeException e) {
            failure = new JobException(
                    "libtorch for %s cannot be loaded (%s); it needs a 64-bit x86 Linux%s in %s"
                            .formatted(
                                    Loader.getPlatform(),
                                    firstLine(e),
                                    forGpu()
                                            ? ", the libraries of CUDA 13 and cuDNN 9 in a folder of LD_LIBRARY_PATH,"
                                                    + " and 3 GB free"
                                            : ", and 1 GB free",
                                    cacheFolder()),
                    e);
            throw failure;
        }
        loaded = true;
    }

    private static void unpackAndOpen(String platform) throws IOException {
        // Scopes own native memory. Java's garbage collector does not see it, so the binding's limits would only cause
        // false errors.
        System.setProperty("org.bytedeco.javacpp.maxBytes", "0");
        System.setProperty("org.bytedeco.javacpp.maxPhysicalBytes", "0");
        unpack("/org/bytedeco/openblas/" + platform);
        String folder = "/org/bytedeco/pytorch/" + platform;
        boolean gpu = forGpu();
        if (gpu) {
            System.setProperty("org.bytedeco.javacpp.platform.extension", GPU);
        }
        List<File> folders = unpack(gpu ? folder + GPU : folder);
        Environment.set("OPENBLAS_THREAD_TIMEOUT", SLEEP_AT_ONCE);
        Loader.load(openblas.class);
        if (platform.startsWith("linux")) {
            open(folders);
        }
        Loader.load(torch.class);
    }

    /// Starts to load in the background. The caller can read its settings and data in this second. A failure is
    /// thrown by [#load].
    public static void loadEarly() {
        if (early == null) {
            early = Thread.ofPlatform().daemon().name("natives").start(() -> {
                try {
                    load();
                } catch (JobException e) {
                    // thrown again by the next call of load()
                }
            });
        }
    }

    /// Waits for the end of [#loadEarly]. If a process exits while a library is opened, the library may be
    /// closed before it is complete, and the process may crash.
    public static void settle() {
        Thread loading = early;
        if (loading != null) {
            try {
                loading.join(Duration.ofSeconds(2));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /// Whether the class path has libtorch for NVIDIA GPUs.
    static boolean forGpu() {
        return Natives.class.getResource("/org/bytedeco/pytorch/" + Loader.getPlatform() + GPU) != null;
    }

    /// Opens libtorch by full paths, each library after its dependencies. Otherwise, a dependency that is not
    /// yet open would be searched in `LD_LIBRARY_PATH` first. There it may belong to another libtorch.
    private static void open(List<File> folders) {
        for (String name : IN_ORDER) {
            for (File folder : folders) {
                File library = new File(folder, System.mapLibraryName(name));
                if (library.isFile()) {
                    System.load(library.getAbsolutePath());
                }
            }
        }
    }

    private static List<File> unpack(String folder) throws IOException {
        var folders = new ArrayList<File>();
        URL[] found = Loader.findResources(Natives.class, folder);
        if (found.length == 0) {
            throw new IOException("no native libraries on the class path under " + folder);
        }
        for (URL url : found) {
            File unpacked = Loader.cacheResource(url);
            if (unpacked == null) {
                throw new IOException("cannot unpack " + folder);
            }
            folders.add(unpacked);
        }
        return folders;
    }

    private static String cacheFolder() {
        return System.getProperty("org.bytedeco.javacpp.cachedir", "~/.javacpp/cache");
    }

    private static String firstLine(Throwable e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("no message");
    }
}
