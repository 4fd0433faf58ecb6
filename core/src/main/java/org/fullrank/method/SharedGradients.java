package org.fullrank.method;

import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Gradients;
import org.fullrank.engine.Scope;
import org.fullrank.engine.WorkerGroup;
import org.fullrank.net.ParameterBuffer;

/// Completes the gradients of a batch whose rows are spread over workers. Each worker has the part of the
/// gradient that comes from its own rows. The sum of all parts is the gradient of the whole batch.
///
/// A predictor gets the whole batch on each worker. So each worker already has the whole gradient of the
/// predictor. Only the one of worker 0 counts, so that all workers go on with the same bits.
final class SharedGradients {
    private SharedGradients() {}

    /// Makes gradients and running statistics those of the whole batch, equal on all workers.
    static void complete(ParameterBuffer parameters, WorkerGroup workers) {
        if (workers.isSingle()) {
            return;
        }
        if (!workers.isFirst()) {
            clearWhole(parameters);
        }
        workers.sum(parameters.gradients());
        if (parameters.statistics().numel() > 0) {
            workers.broadcast(parameters.statistics());
        }
    }

    private static void clearWhole(ParameterBuffer parameters) {
        try (var scope = Scope.open();
                var off = Gradients.off()) {
            for (ParameterBuffer.Segment segment : parameters.segments()) {
                if (segment.name().startsWith(Method.PREDICTOR + ".")) {
                    Tensor gradient = parameters.gradients().narrow(0, segment.offset(), segment.count());
                    gradient.zero_();
                }
            }
        }
    }
}
