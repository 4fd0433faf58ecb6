package org.fullrank.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.fullrank.ChildJvm;
import org.fullrank.ResidentSet;
import org.fullrank.engine.Device;
import org.fullrank.engine.Precision;
import org.fullrank.net.EncoderSpec;
import org.fullrank.run.CheckpointSpec;
import org.fullrank.run.MetricRecord;
import org.fullrank.run.MonitorSpec;
import org.fullrank.run.Recipe;
import org.fullrank.run.TrainSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SoakTest {
    private static final int WARM_UP = 50;
    private static final int STEPS = 300;
    private static final long LIMIT = 64L << 20;

    /// Trains in a process whose Java heap is all resident from the start, so that what grows is native.
    public static final class Child {
        private Child() {}

        public static void main(String[] arguments) {
            Recipe r = TinyRuns.recipe(Path.of(arguments[0]), 100);
            var recipe = new Recipe(
                    r.name(),
                    r.about(),
                    r.seed(),
                    r.data(),
                    r.views(),
                    new EncoderSpec.Mlp(List.of(256, 256), true),
                    r.method(),
                    r.optimizer(),
                    r.schedule(),
                    new TrainSpec(100, 64, 2, Device.Choice.CPU, Precision.Choice.FP32, 1, 5),
                    new MonitorSpec(1, 5, 0),
                    new CheckpointSpec(0, 5, 2, true));
            TinyRuns.train(Path.of(arguments[1]), recipe, new Watcher() {
                private int asked;

                @Override
                public void measured(MetricRecord record, long totalSteps) {}

                @Override
                public void note(String line) {}

                @Override
                public boolean stopRequested() {
                    if (asked == WARM_UP || asked == STEPS) {
                        System.out.println("resident " + ResidentSet.bytes());
                    }
                    return asked++ >= STEPS;
                }
            });
        }
    }

    @Test
    void hundredsOfStepsDoNotGrowTheProcess(@TempDir Path folder) throws IOException, InterruptedException {
        assumeTrue(ResidentSet.isKnown(), "this system does not tell the resident set of a process");
        Process process = ChildJvm.of(
                        List.of("-Xms96m", "-Xmx96m", "-Xmn48m", "-XX:+AlwaysPreTouch", "-XX:+UseSerialGC"),
                        Child.class,
                        TinyRuns.vectors(folder).toString(),
                        folder.resolve("run").toString())
                .start();
        String output = ChildJvm.output(process);
        assertThat(process.waitFor()).as(output).isZero();
        List<Long> resident = output.lines()
                .filter(line -> line.startsWith("resident "))
                .map(line -> Long.parseLong(line.substring(9)))
                .toList();
        assertThat(resident).as(output).hasSize(2);
        assertThat(resident.getLast() - resident.getFirst())
                .as("growth from %s", resident)
                .isLessThan(LIMIT);
    }
}
