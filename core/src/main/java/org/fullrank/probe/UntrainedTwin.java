package org.fullrank.probe;

import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.data.Items;
import org.fullrank.data.SamplingOrder;
import org.fullrank.engine.Scope;
import org.fullrank.method.Method;
import org.fullrank.net.Mode;
import org.fullrank.view.ViewGenerator;
import org.fullrank.view.ViewTensors;

/// The network of a run at its initial weights. The running statistics of this network are computed on the
/// data. With such statistics, the untrained network is a stronger baseline.
final class UntrainedTwin {
    /// Number of batches for the running statistics. With a momentum of 0.1, a share of 0.9^30 = 4 % of the
    /// initial value remains.
    static final int SETTLING_BATCHES = 30;

    private static final int SETTLING_BATCH = 256;

    private static final String NONE =
            ProbeTable.UNTRAINED + ": not measured: a closed form is not trained, so it has no initial weights";

    private UntrainedTwin() {}

    /// One line for a table without this baseline; empty if there is one.
    static List<String> missing(Subject subject) {
        return subject.isTrained() ? List.of() : List.of(NONE);
    }

    /// The network with running statistics of the data. The caller closes it.
    ///
    /// @param train items for the statistics
    static Method of(Subject subject, Items train) {
        return of(subject, train, Method::encode);
    }

    /// The same, also with running statistics of the projector.
    static Method withProjector(Subject subject, Items train) {
        return of(subject, train, Method::embed);
    }

    /// A pass of views through a network.
    private interface Pass {
        Tensor of(Method method, Tensor views, Mode mode);
    }

    private static Method of(Subject subject, Items train, Pass pass) {
        Method fresh = subject.initial();
        try {
            settle(fresh, subject, train, pass);
            return fresh;
        } catch (RuntimeException e) {
            fresh.close();
            throw e;
        }
    }

    private static void settle(Method fresh, Subject subject, Items train, Pass pass) {
        int[] order = SamplingOrder.epoch(subject.seed(), 0, train.size());
        ViewGenerator generator = subject.views().on(train);
        for (int i = 0; i < SETTLING_BATCHES; i++) {
            int begin = i * SETTLING_BATCH % Math.max(1, order.length - SETTLING_BATCH);
            int[] indices = Arrays.copyOfRange(order, begin, Math.min(order.length, begin + SETTLING_BATCH));
            try (var scope = Scope.withoutGradients()) {
                Tensor views =
                        ViewTensors.plain(generator, indices, fresh.parameters().device());
                pass.of(fresh, views, Mode.TRAIN);
            }
        }
    }
}
