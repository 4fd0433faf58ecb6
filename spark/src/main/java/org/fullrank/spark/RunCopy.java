package org.fullrank.spark;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.spark.SparkFiles;
import org.apache.spark.deploy.SparkHadoopUtil;
import org.fullrank.engine.InputException;
import org.fullrank.run.RunFolder;

/// Finds a run folder on the machine of this JVM. The encoder reads its checkpoint from a local disk.
///
/// | path | what is read |
/// | --- | --- |
/// | `/runs/mine` or `file:/runs/mine` | this folder, if the machine has it |
/// | `mine` | otherwise, what was shipped under this name with `--archives mine.zip#mine` |
/// | `hdfs://...`, `s3a://...` | a copy of its recipe and checkpoints, deleted when the JVM ends |
final class RunCopy {
    private RunCopy() {}

    /// The folder on this machine.
    ///
    /// @throws InputException when the folder is missing or cannot be read
    static Path local(String run) {
        var path = new org.apache.hadoop.fs.Path(run);
        String scheme = path.toUri().getScheme();
        if (scheme != null && !scheme.equals("file")) {
            return copied(path);
        }
        Path folder = Path.of(path.toUri().getPath());
        if (Files.isDirectory(folder)) {
            return folder;
        }
        Path shipped = Path.of(SparkFiles.get(path.getName()));
        InputException.unless(
                Files.isDirectory(shipped),
                "run %s: found no such folder on %s, expected one on every machine; give a path that all machines share,"
                        + " or ship it with --archives RUN.zip#NAME and give NAME",
                run,
                host());
        return shipped;
    }

    private static Path copied(org.apache.hadoop.fs.Path run) {
        try {
            FileSystem system = run.getFileSystem(SparkHadoopUtil.get().conf());
            Path folder = Files.createTempDirectory("fullrank-run-");
            Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(folder)));
            for (String part : List.of(RunFolder.CONFIG, "checkpoints")) {
                system.copyToLocalFile(
                        false,
                        new org.apache.hadoop.fs.Path(run, part),
                        new org.apache.hadoop.fs.Path(folder.resolve(part).toUri()),
                        true); // writes no checksum files
            }
            return folder;
        } catch (IOException e) {
            throw new InputException(
                    "run %s: cannot be read (%s), expected a run folder; correct the path"
                            .formatted(run, e.getMessage()),
                    e);
        }
    }

    private static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            // The folder of temporary files is emptied by the system.
        }
    }

    private static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (IOException e) {
            return "this machine";
        }
    }
}
