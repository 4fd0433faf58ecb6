package org.fullrank.examples;

import java.util.Random;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.fullrank.engine.Gradients;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.objective.Covariance;
import org.fullrank.objective.VarianceHinge;

/// Adds a regularizer to a supervised loss in your own training loop.
///
/// To separate two classes, the network needs only one direction of the embedding. The labels give no reason
/// to keep the other directions, and weight decay removes them. So the embedding collapses to rank 1,
/// although the classifier is right. A regularizer keeps the rank. So the embedding stays useful for other
/// tasks. The program trains the same small network three times: without a regularizer, with two regularizers
/// of the library, and with a regularizer that is defined in this file.
public final class RegularizeSupervised {
    private static final int ROWS = 64;
    private static final int INPUTS = 8;
    private static final int WIDTH = 8;
    private static final int STEPS = 400;
    private static final double LEARNING_RATE = 0.1;
    private static final double WEIGHT_DECAY = 0.05;

    private RegularizeSupervised() {}

    public static void main(String[] arguments) {
        train("labels alone", z -> z.sum().mul(Tensors.scalar(0)));
        train("variance + covariance", RegularizeSupervised::ofTheLibrary);
        train("one of your own", RegularizeSupervised::ofYourOwn);
    }

    /// VICReg's two regularizers for embeddings `[N, D]`, with equal weights.
    private static Tensor ofTheLibrary(Tensor z) {
        return VarianceHinge.defaults()
                .evaluate(z)
                .total()
                .add(new Covariance().evaluate(z).total());
    }

    /// A regularizer of your own is any scalar function of the embeddings `[N, D]` that libtorch can
    /// differentiate. This one is the squared distance of the covariance matrix from the identity, divided
    /// by D.
    private static Tensor ofYourOwn(Tensor z) {
        return covariance(z).sub(torch.eye(WIDTH)).square().sum().div(Tensors.scalar(WIDTH));
    }

    private static Tensor covariance(Tensor z) {
        Tensor centered = z.sub(z.mean(new long[] {0}, true, new ScalarTypeOptional())); // [N, D]
        return centered.t().mm(centered).div(Tensors.scalar(ROWS - 1.0)); // [D, D]
    }

    /// Gradient descent on the cross-entropy plus a regularizer, for a linear embedding and a linear
    /// classifier.
    private static void train(String name, UnaryOperator<Tensor> regularizer) {
        // A scope owns the tensors that are made inside it and frees them at its end: native memory waits for no
        // garbage collector.
        try (var scope = Scope.open()) {
            var random = new Random(1);
            Tensor x = noise(random, 1, ROWS, INPUTS); // [N, INPUTS]
            Tensor labels = classes(x); // [N]
            Tensor embed = noise(random, 0.3, INPUTS, WIDTH).set_requires_grad(true);
            Tensor classify = noise(random, 0.3, WIDTH, 2).set_requires_grad(true);
            for (int step = 0; step < STEPS; step++) {
                try (var inner = Scope.open()) {
                    Tensor z = x.mm(embed); // [N, D]
                    Tensor loss = torch.cross_entropy_loss(z.mm(classify), labels);
                    loss.add(regularizer.apply(z)).backward();
                    descend(embed);
                    descend(classify);
                }
            }
            Tensor z = x.mm(embed.detach()); // [N, D]
            double loss = Tensors.value(torch.cross_entropy_loss(z.mm(classify.detach()), labels));
            System.out.printf("%-22s cross-entropy %.2f, rank %.1f of %d%n", name, loss, rank(z), WIDTH);
        }
    }

    /// The participation ratio `trace(C)^2 / |C|^2` of the covariance: the number of directions that share
    /// the variance, 1 to D.
    private static double rank(Tensor z) {
        Tensor c = covariance(z); // [D, D]
        return Tensors.value(c.trace().square().div(c.square().sum()));
    }

    private static void descend(Tensor parameter) {
        try (var off = Gradients.off()) {
            parameter.mul_(Tensors.scalar(1 - LEARNING_RATE * WEIGHT_DECAY));
            parameter.sub_(parameter.grad().mul(Tensors.scalar(LEARNING_RATE)));
            parameter.grad().zero_();
        }
    }

    /// The class is 1 if the first input is positive, otherwise 0.
    private static Tensor classes(Tensor x) {
        float[] first = Tensors.floats(x.select(1, 0)); // [N]
        int[] classes = new int[first.length];
        for (int i = 0; i < classes.length; i++) {
            classes[i] = first[i] > 0 ? 1 : 0;
        }
        return Tensors.of(classes);
    }

    private static Tensor noise(Random random, double scale, int rows, int columns) {
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (scale * random.nextGaussian());
        }
        return Tensors.of(values, rows, columns);
    }
}
