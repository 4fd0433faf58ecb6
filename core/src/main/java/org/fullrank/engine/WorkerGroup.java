package org.fullrank.engine;

import java.nio.charset.StandardCharsets;
import org.bytedeco.pytorch.Tensor;

/// The workers of one training, and the operations in which all of them take part. A worker is a process, or
/// a thread in a test. Worker 0 is the one that writes files. Every worker must call the same operations in
/// the same order. An operation returns when the other workers have called it too.
///
/// After each operation, its result has the same bits on all workers. Sums are added in an order that depends
/// only on the number of workers.
///
/// @throws JobException from every operation, when another worker has ended
public interface WorkerGroup extends AutoCloseable {
    /// The group of a training without other workers. Its operations do nothing.
    static WorkerGroup single() {
        return SingleWorker.INSTANCE;
    }

    /// The number of this worker, from 0.
    int rank();

    /// The number of workers.
    int size();

    /// Adds the tensors of all workers. Each worker's tensor, of the same shape, is replaced by the sum.
    void sum(Tensor t);

    /// The tensors of all workers, one after another: k times `[n, ...]` to `[k n, ...]`. The result has no
    /// graph. The caller's scope owns it.
    Tensor gather(Tensor own);

    /// Replaces the tensor of each worker by the tensor of worker 0, of the same shape.
    void broadcast(Tensor t);

    /// In a backward pass, the gradient of `t` becomes the sum over all workers. Use this if each worker has an
    /// equal copy of `t`, and the copies stand for one value.
    ///
    /// @param t computed from tensors that record gradients, with equal values on all workers
    void sumGradient(Tensor t);

    /// Whether there are no other workers.
    default boolean isSingle() {
        return size() == 1;
    }

    /// Whether this worker writes files and messages.
    default boolean isFirst() {
        return rank() == 0;
    }

    /// The sum of a number over the workers.
    default long sum(long own) {
        if (isSingle()) {
            return own;
        }
        try (var scope = Scope.withoutGradients()) {
            Tensor t = Tensors.of(new double[] {own}, 1);
            sum(t);
            return Math.round(Tensors.value(t));
        }
    }

    /// The numbers of worker 0.
    ///
    /// @param own as many numbers on every worker; those of other workers are ignored
    default double[] broadcast(double... own) {
        if (isSingle()) {
            return own;
        }
        try (var scope = Scope.withoutGradients()) {
            Tensor t = Tensors.of(own, own.length);
            broadcast(t);
            return Tensors.doubles(t);
        }
    }

    /// The text of worker 0; that of other workers is ignored.
    default String broadcast(String own) {
        if (isSingle()) {
            return own;
        }
        byte[] bytes = own.getBytes(StandardCharsets.UTF_8);
        double[] values = new double[(int) broadcast(new double[] {bytes.length})[0]];
        for (int i = 0; i < values.length && isFirst(); i++) {
            values[i] = bytes[i];
        }
        values = values.length == 0 ? values : broadcast(values);
        byte[] text = new byte[values.length];
        for (int i = 0; i < text.length; i++) {
            text[i] = (byte) values[i];
        }
        return new String(text, StandardCharsets.UTF_8);
    }

    @Override
    void close();
}
