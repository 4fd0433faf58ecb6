package org.fullrank.optim;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.linalg.Orthogonal;
import org.fullrank.net.ParameterBuffer;
import org.fullrank.net.ParameterBuffer.Kind;
import org.fullrank.net.ParameterBuffer.Segment;
import org.fullrank.settings.Nearest;

/// The matrices of a network that stay orthogonal or unitary in training: those that the recipe names, and those
/// of layers that need it.
///
/// @param matrices their places in the parameter buffer: `[n, n]` in the order of [GroupSpec#orthogonal], then
///     the stacks of matrices of the layers
public record OrthogonalGroup(List<Segment> matrices) {
    private static final String SUBJECT = "groups.orthogonal";
    private static final int MOST_NAMES = 8;
    private static final long START = Keyed.name("orthogonal start");

    public OrthogonalGroup {
        matrices = List.copyOf(matrices);
    }

    /// Finds the matrices that `groups` names, and the stacks that their layers declare.
    ///
    /// @throws InputException when a name is unknown or not that of a square matrix, or when the rank of the
    ///     step is above the size of a matrix
    public static OrthogonalGroup of(GroupSpec groups, ParameterBuffer parameters) {
        var found = new ArrayList<Segment>();
        for (String name : groups.orthogonal()) {
            Segment segment = parameters.segments().stream()
                    .filter(s -> s.name().equals(name))
                    .findFirst()
                    .orElseThrow(() -> unknown(name, parameters));
            InputException.unless(
                    isSquare(segment),
                    "%s: found %s of shape %s, expected a square matrix%s",
                    SUBJECT,
                    name,
                    segment.sizes(),
                    choices(name, parameters));
            found.add(segment);
        }
        parameters.segments().stream().filter(s -> s.kind().staysOrthogonal()).forEach(found::add);
        found.forEach(segment -> requireRank(groups.orthogonalStep().rank(), segment));
        return new OrthogonalGroup(found);
    }

    private static void requireRank(int rank, Segment segment) {
        long size = segment.sizes().get(1); // of `[n, n]`, `[F, n, n]` and `[F, n, n, 2]`
        InputException.when(
                rank > size,
                "groups.orthogonalStep.rank: found %d for %s of shape %s, expected at most %d",
                rank,
                segment.name(),
                segment.sizes(),
                size);
    }

    private static boolean isSquare(Segment segment) {
        List<Long> sizes = segment.sizes();
        return segment.kind() == Kind.MATRIX
                && sizes.size() == 2
                && sizes.getFirst().equals(sizes.getLast());
    }

    private static InputException unknown(String name, ParameterBuffer parameters) {
        return new InputException("%s: found no parameter %s, expected the name of a square matrix%s"
                .formatted(SUBJECT, name, choices(name, parameters)));
    }

    /// The names that were possible, as the end of a message.
    private static String choices(String name, ParameterBuffer parameters) {
        List<String> square = parameters.segments().stream()
                .filter(OrthogonalGroup::isSquare)
                .map(Segment::name)
                .toList();
        if (square.isEmpty()) {
            return ", but this network has none; leave out groups.orthogonal";
        }
        String rest = square.size() > MOST_NAMES ? " and %d more".formatted(square.size() - MOST_NAMES) : "";
        return ", such as %s%s%s"
                .formatted(String.join(", ", Nearest.list(name, square, MOST_NAMES)), rest, Nearest.hint(name, square));
    }

    /// The matrices that the recipe names.
    private List<Segment> named() {
        return matrices.stream().filter(s -> s.kind() == Kind.MATRIX).toList();
    }

    /// Makes the initial matrices orthogonal. A matrix that its layer starts orthogonal stays. Any other is
    /// replaced by a random one ([Orthogonal#random]), which depends only on the seed and the name.
    ///
    /// @param buffers all buffers that start with the same values, such as those of a network and its target
    /// @return the names of the replaced matrices
    public List<String> start(Collection<ParameterBuffer> buffers, long seed) {
        var replaced = new ArrayList<String>();
        try (var scope = Scope.withoutGradients()) {
            for (Segment matrix : named()) {
                for (ParameterBuffer buffer : buffers) {
                    for (Segment same : buffer.segments()) {
                        if (same.name().equals(matrix.name()) && !Orthogonal.is(same.view(buffer.values()))) {
                            int size = Math.toIntExact(matrix.sizes().getFirst());
                            same.view(buffer.values())
                                    .copy_(Orthogonal.random(size, Keyed.of(seed, START, Keyed.name(matrix.name()))));
                            if (!replaced.contains(matrix.name())) {
                                replaced.add(matrix.name());
                            }
                        }
                    }
                }
            }
        }
        return replaced;
    }

    /// Replaces matrices that are not orthogonal, such as those of another training, by their polar factors.
    ///
    /// @return the names of the replaced matrices
    public List<String> restore(ParameterBuffer parameters) {
        var replaced = new ArrayList<String>();
        try (var scope = Scope.withoutGradients()) {
            for (Segment matrix : matrices) {
                Tensor values = matrix.copy(parameters.values());
                if (!Orthogonal.is(values)) {
                    matrix.store(Orthogonal.nearest(values), parameters.values());
                    replaced.add(matrix.name());
                }
            }
        }
        return replaced;
    }

    /// @throws InputException unless all matrices are orthogonal
    void requireOrthogonal(ParameterBuffer parameters) {
        try (var scope = Scope.withoutGradients()) {
            matrices.forEach(s -> Orthogonal.require(SUBJECT + " " + s.name(), s.copy(parameters.values())));
        }
    }

    /// The matrices that the recipe names in words, such as `predictor.weight [64, 64] with determinant -1`.
    public List<String> describe(ParameterBuffer parameters) {
        try (var scope = Scope.withoutGradients()) {
            return named().stream()
                    .map(s -> "%s %s with determinant %d"
                            .formatted(s.name(), s.sizes(), Orthogonal.sign(s.view(parameters.values()))))
                    .toList();
        }
    }
}
