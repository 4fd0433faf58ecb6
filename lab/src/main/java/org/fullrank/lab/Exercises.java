package org.fullrank.lab;

/// The texts of the [Course], in Markdown.
final class Exercises {
    static final String INTRODUCTION = """
            ## What is collapse?

            An encoder learns without labels if it gives two changed copies of an item (its *views*) the same embedding. But
            it can do that in a useless way: give all items the same embedding. Then the loss is perfect, and the
            embeddings are worthless. This is *collapse*.

            ![Embeddings before training, at one point, on one line, and spread](collapse.svg)

            *The same small encoder before training and after three trainings; each dot is an item, each color a class. In the second picture all
            dots are at one point: constant collapse. In the third they are on one line: dimensional collapse. The
            experiment [collapse](collapse.md) makes this picture: `fullrank lab run collapse`.*

            ## The course

            Eight lessons lead through the experiments. For each experiment, run `fullrank lab run NAME --quick` or only
            read its page: first the three sentences at the top (the question, the experiment, what you see), then the
            figure, then the claims with their measured values, and the formulas last. Lessons 1 and 2 are for everybody. Before
            another lesson, read the lessons that it needs.
            """;

    static final String STOP_GRADIENT = """
            **Exercise: remove the stop-gradient and watch.** The first command trains BYOL on built-in images. The second
            one is the same training, but the gradient also flows through the target. Start the third command in another
            terminal. It shows both trainings in a browser. Each training takes less than a minute on two cores.

            ```
            fullrank pretrain --recipe small-byol --data shapes --set data.samples=5000 --set train.epochs=5 --out runs/with
            fullrank pretrain --recipe small-byol --data shapes --set data.samples=5000 --set train.epochs=5 \\
                --set method.target.type=gradient --out runs/without
            fullrank watch
            ```

            Before you start: which of the two losses will be smaller? Then compare the last lines of both (`loss`, and `std`
            and `RankMe` next to it), the alarm, and the verdicts at the end. `fullrank diagnose runs/without` says what
            happened. Can you repair the second training and leave the gradient in? The alarm names a setting.

            The training is so short that its kNN accuracy (13.9 %) is below that of the untrained encoder (15.7 %).
            So compare the embeddings, not the accuracies. The verdict on the *representation* can be
            healthy although the embedding has collapsed. Your figures may differ a little on another machine.

            *Answer, measured with `--set seed=1` and `--set seed=2`:* the training with the stop-gradient ends with a loss of 1.19 and 1.73
            and a RankMe of 14.1 and 13.3 dimensions. Without it, the loss is 0.0014 and 0.0008, RankMe is 1.9 and 1.6, and
            the verdict on the embedding is constant collapse. The repair is the setting of the alarm,
            `--set method.regularizer.type=log-det-entropy`: it makes dimensions differ. A variance hinge
            (`variance-hinge`) does not repair it: the loss is a cosine, which ignores lengths, so the hinge makes the
            embedding longer and leaves its directions collapsed.
            """;

    private Exercises() {}
}
