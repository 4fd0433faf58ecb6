package org.fullrank.method;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.fullrank.engine.Gradients;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.method.PredictorSpec.DirectSet;
import org.fullrank.net.NetworkBuilder;
import org.fullrank.net.Parameter;
import org.jspecify.annotations.Nullable;

/// A predictor that is one matrix, `p = z W' + b`. W is trained, solved for, or computed from the running
/// correlation F of its input. F is not centered. In all three cases, F is updated. The relation of W to F
/// shows whether the embedding is about to collapse.
final class MatrixPredictor implements Predictor {
    private final PredictorSpec spec;
    private final @Nullable Parameter weight; // [D, D]; none where W is a function of F
    private final @Nullable Parameter bias; // [D]
    private final Parameter correlation; // [D, D], F = E[f f']
    private final @Nullable Parameter cross; // [D, D], (E[f_a f'] + E[f f_a']) / 2

    MatrixPredictor(NetworkBuilder net, PredictorSpec spec, int width) {
        this.spec = spec;
        weight = spec.hasWeights() ? net.weight("weight", width, width, width) : null;
        bias = spec instanceof PredictorSpec.Linear linear && linear.bias() ? net.weight("bias", width, width) : null;
        correlation = net.statistic("correlation", 0, width, width);
        cross = spec instanceof PredictorSpec.Optimal ? net.statistic("cross", 0, width, width) : null;
    }

    @Override
    public List<Tensor> predict(List<Tensor> online, List<Tensor> targets, long step) {
        var predictions = new ArrayList<Tensor>();
        if (weight == null) {
            for (Tensor z : online) {
                move(correlation, product(z, z), false);
                predictions.add(z.mm(matrix()));
            }
            return predictions;
        }
        observe(online, targets, step == 0);
        for (Tensor z : online) {
            predictions.add(
                    bias == null
                            ? torch.linear(z, weight.tensor())
                            : torch.linear(z, weight.tensor(), new TensorOptional(bias.tensor())));
        }
        return predictions;
    }

    /// Updates the running expectations with the mean over all views, or over all ordered pairs of views.
    private void observe(List<Tensor> online, List<Tensor> targets, boolean first) {
        try (var scope = Scope.withoutGradients()) {
            var squares = online.stream().map(z -> product(z, z)).toList();
            move(correlation, mean(squares), first);
            if (cross == null) {
                return;
            }
            var products = new ArrayList<Tensor>();
            for (int v = 0; v < online.size(); v++) {
                for (int u = 0; u < targets.size(); u++) {
                    if (u != v) {
                        products.add(product(targets.get(u), online.get(v)));
                    }
                }
            }
            Tensor one = mean(products);
            move(cross, one.add(one.t()).mul(Tensors.scalar(0.5)), first);
        }
    }

    /// `a'b / N`, `[D, D]`, detached.
    private static Tensor product(Tensor a, Tensor b) {
        return a.detach().t().mm(b.detach()).div(Tensors.scalar(a.size(0)));
    }

    private static Tensor mean(List<Tensor> matrices) {
        Tensor sum = matrices.getFirst();
        for (Tensor other : matrices.subList(1, matrices.size())) {
            sum = sum.add(other);
        }
        return sum.div(Tensors.scalar(matrices.size()));
    }

    private void move(Parameter average, Tensor batch, boolean first) {
        try (var off = Gradients.off()) {
            average.tensor().lerp_(batch, Tensors.scalar(first ? 1 : 1 - rho()));
        }
    }

    private double rho() {
        return switch (spec) {
            case DirectSet set -> set.rho();
            case PredictorSpec.Optimal optimal -> optimal.rho();
            case PredictorSpec.Linear linear -> DirectSet.DEFAULT_RHO;
            case PredictorSpec.Mlp mlp -> throw new IllegalStateException("not a matrix: " + mlp);
            case PredictorSpec.Identity identity -> throw new IllegalStateException("not a matrix: " + identity);
        };
    }

    @Override
    public void stepped(long step) {
        if (weight == null) {
            return;
        }
        try (var scope = Scope.withoutGradients()) {
            Tensor w = weight.tensor();
            if (spec instanceof PredictorSpec.Linear linear && linear.symmetric()) {
                w.copy_(w.add(w.t()).mul(Tensors.scalar(0.5)));
            } else if (spec instanceof PredictorSpec.Optimal optimal && step % optimal.every() == 0) {
                w.copy_(solved(optimal));
            } else if (spec instanceof DirectSet set && step % set.every() == 0) {
                w.copy_(set.matrix(correlation.tensor()));
            }
        }
    }

    /// W = S F^-1, restricted to the directions in which F is not zero.
    private Tensor solved(PredictorSpec.Optimal optimal) {
        Tensor inverse = SymmetricEigen.of(correlation.tensor()).map(s -> {
            Tensor cut = s.narrow(0, s.numel() - 1, 1).mul(Tensors.scalar(optimal.epsilon()));
            return s.reciprocal().masked_fill(s.le(cut), Tensors.scalar(0));
        });
        return java.util.Objects.requireNonNull(cross).tensor().mm(inverse);
    }

    private Tensor matrix() {
        if (weight != null) {
            return weight.tensor().detach();
        }
        try (var off = Gradients.off()) {
            return ((DirectSet) spec).matrix(correlation.tensor());
        }
    }

    /// Three measures: the spectrum of F, the mean cosine of W u and u over the eigenvectors u of F (1 means
    /// that W and F have the same eigenvectors), and the asymmetry of W, `|W - W'| / |W|`.
    @Override
    public SequencedMap<String, Double> measures() {
        try (var scope = Scope.withoutGradients()) {
            SymmetricEigen f = SymmetricEigen.of(correlation.tensor());
            Tensor w = matrix();
            Tensor s = f.values().clamp_min(Tensors.scalar(0));
            Tensor moved = w.mm(f.vectors()); // [D, D], columns W u
            Tensor cosines =
                    moved.mul(f.vectors()).sum(0).div(moved.square().sum(0).sqrt());
            var values = new LinkedHashMap<String, Double>();
            values.put("correlation.largest", Tensors.value(s.max()));
            values.put("correlation.smallest", Tensors.value(s.min()));
            values.put(
                    "correlation.participation",
                    Tensors.value(s.sum().square().div(s.square().sum())));
            values.put(
                    "predictor.alignment",
                    Tensors.value(torch.nan_to_num(cosines).mean()));
            values.put(
                    "predictor.asymmetry",
                    Tensors.value(torch.nan_to_num(w.sub(w.t()).norm().div(w.norm()))));
            return values;
        }
    }

    /// The measures of W itself and the running F.
    @Override
    public SequencedMap<String, Double> inspect(Tensor embeddings) {
        try (var scope = Scope.withoutGradients()) {
            return PredictorMatrix.of(matrix(), correlation.tensor()).values();
        }
    }
}
