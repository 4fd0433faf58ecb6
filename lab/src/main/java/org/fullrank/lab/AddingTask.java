package org.fullrank.lab;

import static org.fullrank.lab.Expected.atMost;
import static org.fullrank.lab.Expected.near;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.lab.MemoryNet.Batch;
import org.fullrank.lab.MemoryNet.Form;
import org.fullrank.lab.MemoryNet.Memory;
import org.fullrank.lab.MemoryNet.Turn;
import org.fullrank.lab.Series.Color;
import org.fullrank.linalg.OrthogonalUpdate;

/// Checks that a recurrent network with an orthogonal matrix adds two numbers that are far apart.
///
/// @param turn moves the recurrent matrix; under test
record AddingTask(Turn turn) implements Experiment {
    private static final String NAME = "adding-task";
    private static final double RATE = 3e-3;
    private static final int BATCH = 50;
    /// The variance of the sum of two numbers that are uniform in `[0, 1]`.
    private static final double GUESS = 1.0 / 6;

    AddingTask() {
        this(OrthogonalUpdate.GEODESIC::apply);
    }

    @Override
    public Description description() {
        return new Description(
                NAME,
                "a recurrent network with an orthogonal matrix adds two numbers that are far apart",
                "Kiani, Balestriero, LeCun, Lloyd, projUNN: efficient method for training deep networks with unitary"
                        + " matrices, NeurIPS 2022, arXiv 2203.05483",
                "the adding task of the official code, with 50 numbers instead of 200 and 750. The bound comes from a"
                        + " calculation of this project",
                """
                Can a network find two marked numbers in a long list and add them? At each step it reads one number
                and a mark, and only after the last step must it say the sum of the two numbers whose mark was 1. You
                see that the network first learns to answer 1, which is the mean of all sums, and then finds out what
                the marks are for.

                A list has T numbers that are uniform in [0, 1]. One mark is at a random place in the first half, and
                the other one in the second half. T is 50 (20 in a quick run). The loss is the mean squared error of
                the answer. If the network always answers 1, the loss is 1/6.

                The network is `h' = relu(W x + U h)` with 64 units and answers by `V h + c` after the last step. U
                starts as the identity. RMSprop has the rate 0.003, and batches have 50 lists. Each of 2000 steps
                (800 in a quick run) moves U along a geodesic of orthogonal matrices (projUNN-T). The direction is
                the step of RMSprop divided by 32, reduced to rank one by a random sketch.

                There are two controls. One keeps U at its initial value, and the other sets U to 0. All three
                networks train W, V and c. A quarter of the steps is one entry of the table.
                """);
    }

    @Override
    public Outcome run(Setting setting) {
        int length = setting.size(20, 50);
        int steps = setting.size(800, 2000);
        Map<Memory, MemoryRun> runs = new EnumMap<>(Memory.class);
        ResultTable table = ResultTable.of(
                "network", "quarter 1", "quarter 2", "quarter 3", "quarter 4", "last eighth", "max |U'U - I|");
        for (Memory memory : List.of(Memory.TRAINED, Memory.FROZEN, Memory.NONE)) {
            MemoryRun run = train(setting, memory, length, steps);
            runs.put(memory, run);
            table = table.row(
                    memory.label(),
                    run.quarter(0),
                    run.quarter(1),
                    run.quarter(2),
                    run.quarter(3),
                    run.lastEighth(),
                    memory == Memory.NONE ? "-" : run.error());
        }
        return new Outcome(claims(runs), table, figure(runs, steps));
    }

    private MemoryRun train(Setting setting, Memory memory, int length, int steps) {
        try (var scope = Scope.open()) {
            var net = new MemoryNet(
                    memory, MemoryNet.SQUARED, turn, new Form(2, 1), MemoryNet.identity(64), setting.random(NAME));
            return MemoryRun.of(
                    net, memory, step -> draw(length, setting.random(NAME, step)), RATE, steps, setting, NAME);
        }
    }

    private static Batch draw(int length, RandomGenerator random) {
        double[] inputs = new double[length * BATCH * 2];
        double[] sums = new double[BATCH];
        int half = (length - 1) / 2;
        for (int b = 0; b < BATCH; b++) {
            int first = random.nextInt(half);
            int second = half + random.nextInt(length - half);
            for (int t = 0; t < length; t++) {
                double number = random.nextDouble();
                boolean marked = t == first || t == second;
                inputs[(t * BATCH + b) * 2] = number;
                inputs[(t * BATCH + b) * 2 + 1] = marked ? 1 : 0;
                sums[b] += marked ? number : 0;
            }
        }
        return new Batch(Tensors.of(inputs, length, BATCH, 2), Tensors.of(sums, 1, BATCH, 1));
    }

    private static List<Claim> claims(Map<Memory, MemoryRun> runs) {
        MemoryRun trained = Objects.requireNonNull(runs.get(Memory.TRAINED));
        MemoryRun none = Objects.requireNonNull(runs.get(Memory.NONE));
        return List.of(
                Claim.of(
                        "trained U, last eighth: mean squared error",
                        trained.lastEighth(),
                        atMost(0.12),
                        "below the 1/6 of the answer 1; an independent calculation has .093 at T = 50"),
                Claim.of(
                        "no memory, last quarter: mean squared error",
                        none.last(),
                        near(GUESS, 0.01),
                        "the last number alone says almost nothing about the sum; tolerance chosen here"),
                Claim.of(
                        "trained U: max |U'U - I| after all steps",
                        trained.error(),
                        atMost(1e-10),
                        "each step is orthogonal up to rounding of float64, and the errors of the steps add up"));
    }

    private static Figure figure(Map<Memory, MemoryRun> runs, int steps) {
        Panel panel = Panel.of("Adding task", Axis.linear("step"), Axis.log("mean squared error"))
                .with(Series.level("answer 1", Color.GRAY, 0, steps, GUESS));
        int color = 0;
        for (MemoryRun run : runs.values()) {
            panel = panel.with(run.curve(Color.of(color++)));
        }
        return Figure.of(
                "The loss during training. Without memory, it stays at that of the answer 1. With a trained"
                        + " orthogonal matrix, it falls below.",
                1,
                panel);
    }
}
