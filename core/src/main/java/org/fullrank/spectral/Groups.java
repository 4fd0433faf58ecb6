package org.fullrank.spectral;

import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Device;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;

/// Samples of one group are related with weight 1. All other samples are not related. A group consists of the
/// views of one item, or of the items with one label.
public final class Groups implements Relation {
    private final int[] group; // [N], from 0
    private final int[] sizes; // number of samples in each group
    private final int[] order; // the samples, group after group

    private Groups(int[] group) {
        this.group = group;
        sizes = new int[Arrays.stream(group).max().orElse(-1) + 1];
        for (int g : group) {
            sizes[g]++;
        }
        int[] next = new int[sizes.length];
        for (int g = 1; g < next.length; g++) {
            next[g] = next[g - 1] + sizes[g - 1];
        }
        order = new int[group.length];
        for (int i = 0; i < group.length; i++) {
            order[next[group[i]]++] = i;
        }
    }

    /// Samples with the same label belong together.
    ///
    /// @param labels class of each sample, at least 0
    /// @throws InputException when there are no labels, or one is negative
    public static Groups ofLabels(int[] labels) {
        InputException.when(labels.length == 0, "labels: found none, expected one for each sample; give labels");
        for (int i = 0; i < labels.length; i++) {
            InputException.when(
                    labels[i] < 0,
                    "labels: found %d at row %d, expected 0 or a positive number; leave rows without a label out",
                    labels[i],
                    i);
        }
        return new Groups(labels.clone());
    }

    /// Views of one item belong together. Sample `i * views + v` is view v of item i.
    ///
    /// @throws InputException when there are fewer than two views, or no items
    public static Groups ofViews(int items, int views) {
        InputException.when(
                items < 1 || views < 2,
                "views: found %d items with %d views each, expected at least 1 item with 2 views; draw more views",
                items,
                views);
        return new Groups(IntStream.range(0, Math.multiplyExact(items, views))
                .map(i -> i / views)
                .toArray());
    }

    @Override
    public int size() {
        return group.length;
    }

    @Override
    public double[] degrees() {
        return Arrays.stream(group).mapToDouble(g -> sizes[g] - 1.0).toArray();
    }

    @Override
    public double squaredNorm() {
        return Arrays.stream(sizes).mapToDouble(s -> s * (s - 1.0)).sum();
    }

    @Override
    public List<String> warnings() {
        long alone = Arrays.stream(sizes).filter(s -> s == 1).count();
        return Graph.isolated(alone);
    }

    /// `G x`: for each sample, the sum over its group minus the sample itself.
    @Override
    public Tensor times(Tensor x) {
        Tensor sums = Tensors.zeros(Device.CPU, ScalarType.Double, sizes.length, x.size(1)); // [groups, b]
        Tensor index = Tensors.of(group);
        sums.index_add_(0, index, x);
        return sums.index_select(0, index).sub_(x);
    }

    /// Consecutive samples, sorted by group. So a group is in one part or in adjacent parts.
    @Override
    public Iterable<Part> parts(int limit) {
        return () -> new Iterator<>() {
            private int next;

            @Override
            public boolean hasNext() {
                return next < order.length;
            }

            @Override
            public Part next() {
                int[] rows = Arrays.copyOfRange(order, next, Math.min(order.length, next + limit));
                next += rows.length;
                return new Part(rows, rows.length);
            }
        };
    }

    @Override
    public Form form(int width) {
        return new GroupForm(width);
    }

    /// `P' G P = S' S - P' P`, where `S` contains the sum of the features of each group, `[groups, m]`. The
    /// sum of the last group of a part is carried into the next part.
    private final class GroupForm implements Form {
        private final Tensor sum; // S' S
        private final Tensor carry; // [1, m]
        private int open = -1; // the group of the carried sum

        private GroupForm(int width) {
            sum = Tensors.zeros(Device.CPU, ScalarType.Double, width, width);
            carry = Tensors.zeros(Device.CPU, ScalarType.Double, 1, width);
        }

        @Override
        public void add(Part part, Tensor features) {
            try (var scope = Scope.open()) {
                int first = group[part.rows()[0]];
                int last = group[part.rows()[part.own() - 1]];
                if (first != open) {
                    close();
                    open = first;
                }
                Tensor sums = Tensors.zeros(Device.CPU, ScalarType.Double, last - first + 1L, features.size(1));
                int[] local =
                        Arrays.stream(part.rows()).map(i -> group[i] - first).toArray();
                sums.index_add_(0, Tensors.of(local), features);
                sums.narrow(0, 0, 1).add_(carry);
                Tensor whole = sums.narrow(0, 0, last - first); // [groups that end here, m]
                sum.addmm_(whole.t(), whole);
                carry.copy_(sums.narrow(0, last - first, 1));
                open = last;
            }
        }

        private void close() {
            sum.addmm_(carry.t(), carry);
            carry.zero_();
        }

        @Override
        public Tensor sum(Tensor second) {
            close();
            return sum.sub(second);
        }
    }
}
