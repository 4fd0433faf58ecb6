package org.fullrank.trained;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.data.Items;
import org.fullrank.diagnose.OptimumReport;
import org.fullrank.engine.Device;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.linalg.Reductions;
import org.fullrank.method.Method;
import org.fullrank.method.MethodSpec;
import org.fullrank.monitor.Monitor;
import org.fullrank.objective.Objective;
import org.fullrank.objective.Relaxation;
import org.fullrank.settings.RecordShape;
import org.fullrank.spectral.Groups;
import org.fullrank.spectral.Kernel;
import org.fullrank.spectral.OptimumSearch;
import org.fullrank.spectral.OptimumSearch.Reach;
import org.fullrank.spectral.RelationSpec;
import org.fullrank.spectral.SampleRows;
import org.fullrank.spectral.SpectralObjective;
import org.fullrank.text.Numbers;
import org.fullrank.view.ViewGenerator;
import org.fullrank.view.ViewTensors;
import org.jspecify.annotations.Nullable;

/// Compares the embedding of a trained network with the optimum of the closed form of its objective. The rows
/// are the views that training would draw of some items. Each row is related to the other views of its item.
final class OptimumExamination {
    private static final int BATCH = 256;
    private static final int EPOCH = 0;
    private static final String FEATURES = "the representation";

    private static final Pattern FRACTION = Pattern.compile("\\d+\\.\\d+(E-?\\d+)?");

    /// A kernel keeps the directions above this share of the largest eigenvalue. Its maps are then smooth. A
    /// flexible kernel without such a cut reaches all embeddings.
    static final double KERNEL_CUT = 1e-3;

    private OptimumExamination() {}

    /// The comparison with all embeddings, with the linear maps of the representation and, if a kernel is
    /// given, with its maps of the representation.
    ///
    /// @param width columns of the embedding
    /// @param views generator of the run's views
    /// @param items the first of them are used, so that there are at most [OptimumSearch#mostRows] views
    /// @param kernel as in [Kernel#of(String, SampleRows)]; null for none
    /// @throws InputException when the objective has no closed form, or when there are too few items
    static OptimumReport of(
            MethodSpec spec, int width, Method method, ViewGenerator views, Items items, @Nullable String kernel) {
        Relaxation relaxation = relaxation(spec, views.views(), width);
        int count = Math.min(items.size(), OptimumSearch.mostRows(width) / views.views());
        OptimumSearch.requireShape(count * views.views(), width);
        if (kernel != null) {
            Kernel.of(kernel); // refuses a wrong text before the network runs
        }
        ViewGenerator generator =
                views.on(items.subset(IntStream.range(0, count).toArray()));
        try (var scope = Scope.withoutGradients()) {
            List<Tensor> outputs = outputs(method, generator, count);
            Tensor features = outputs.getFirst();
            List<Reach> reaches =
                    new ArrayList<>(List.of(Reach.all(), Reach.linear("linear maps of " + FEATURES, features)));
            if (kernel != null) {
                reaches.add(kernelMaps(kernel, features));
            }
            return new OptimumReport(
                    name(spec),
                    views.views(),
                    relaxation,
                    OptimumSearch.of(
                            relaxation.form(),
                            Groups.ofViews(count, views.views()),
                            relaxation.prepared(outputs.getLast()),
                            relaxation.scaleIsFree(),
                            reaches));
        }
    }

    /// If all features are equal, they have no median distance, and a kernel would see only their rounding.
    private static Reach kernelMaps(String text, Tensor features) {
        boolean alike = OptimumSearch.areAlike(features);
        Kernel kernel = alike ? Kernel.of(text) : Kernel.of(text, SampleRows.of(features));
        Tensor rows = alike ? Reductions.means(features).expand_as(features) : features;
        return Reach.kernel("%s maps of %s".formatted(words(kernel), FEATURES), kernel, rows, KERNEL_CUT);
    }

    /// The text of a kernel with short numbers.
    private static String words(Kernel kernel) {
        return FRACTION.matcher(kernel.text()).replaceAll(found -> Numbers.compact(Double.parseDouble(found.group())));
    }

    /// The closed form of a method's objective.
    private static Relaxation relaxation(MethodSpec spec, int views, int width) {
        @Nullable
        Relaxation found = switch (spec) {
            case MethodSpec.Joint joint -> {
                boolean more = joint.inner().stream().anyMatch(inner -> inner.weight() > 0);
                @Nullable Relaxation own = joint.objective().relaxation(views, width);
                yield more && own != null ? own.with("without the regularizers on inner layers") : own;
            }
            case MethodSpec.ClosedForm form -> fitted(form);
            case MethodSpec.Local _, MethodSpec.Distillation _, MethodSpec.Metric _ -> null;
        };
        if (found == null) {
            throw new InputException(
                    ("--optimum: found a run with %s, which has no closed form for views, expected one of"
                                    + " %s; leave it out")
                            .formatted(name(spec), String.join(", ", Objective.withClosedForm())));
        }
        return found;
    }

    private static Relaxation fitted(MethodSpec.ClosedForm form) {
        InputException.unless(
                form.relation() instanceof RelationSpec.Views,
                "--optimum: found a run fitted to a relation of %s, expected views, because the rows are views of its"
                        + " items; leave it out",
                RecordShape.name(form.relation().getClass()));
        InputException.when(
                form.objective() instanceof SpectralObjective.BarlowTwins twins && !twins.whitened(),
                "--optimum: found a run fitted with barlow-twins, expected whitened embeddings, because without them"
                        + " there is no optimum over all embeddings; fit it with --whitened");
        return Relaxation.fitted(form.objective());
    }

    /// The name of the objective; that of the method if it has another kind of objective.
    private static String name(MethodSpec spec) {
        return RecordShape.name(
                switch (spec) {
                    case MethodSpec.Joint joint -> joint.objective().getClass();
                    case MethodSpec.ClosedForm form -> form.objective().getClass();
                    case MethodSpec.Local local -> local.getClass();
                    case MethodSpec.Metric metric -> metric.loss().getClass();
                    case MethodSpec.Distillation distillation -> distillation.getClass();
                });
    }

    /// The representation and the embedding of all views, `[n V, D]` each, in float64 on the host. Row `i V +
    /// v` is view v of item i.
    private static List<Tensor> outputs(Method method, ViewGenerator generator, int count) {
        Device device = method.parameters().device();
        List<Rows> all = List.of(new Rows(count * generator.views()), new Rows(count * generator.views()));
        for (int begin = 0; begin < count; begin += BATCH) {
            int[] items = IntStream.range(begin, Math.min(count, begin + BATCH)).toArray();
            for (int view = 0; view < generator.views(); view++) {
                try (var scope = Scope.open()) {
                    Tensor x = ViewTensors.view(generator, items, EPOCH, view, device);
                    Iterator<Tensor> outputs =
                            Monitor.outputs(method, x, List.of()).values().iterator();
                    int first = begin * generator.views() + view;
                    all.forEach(rows -> rows.put(outputs.next(), first, generator.views()));
                }
            }
        }
        return all.stream().map(Rows::tensor).toList();
    }

    /// Rows that are filled part by part.
    private static final class Rows {
        private final int count;
        private double[] values = new double[0];

        Rows(int count) {
            this.count = count;
        }

        /// Row i of `output` becomes row `first + i step`.
        void put(Tensor output, int first, int step) {
            int width = Math.toIntExact(output.size(1));
            double[] part = Tensors.doubles(Tensors.to(output, Device.CPU).to(ScalarType.Double));
            if (values.length == 0) {
                values = new double[Math.multiplyExact(count, width)];
            }
            for (int i = 0; i * width < part.length; i++) {
                System.arraycopy(part, i * width, values, (first + i * step) * width, width);
            }
        }

        Tensor tensor() {
            return Tensors.of(values, count, values.length / count);
        }
    }
}
