package org.fullrank.linalg;

import static org.assertj.core.api.Assertions.assertThat;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GramTest {
    @ParameterizedTest
    @CsvSource({"1,1", "3,8", "8,3", "200,700", "700,200"})
    void bothProductsEqualThoseOfTheDefinition(int rows, int columns) {
        try (var scope = Scope.open()) {
            Tensor x = Orthogonal.gaussian(rows, columns, Keyed.of(2, rows, columns));
            same(Gram.ofRows(x), x.mm(x.t()), 1e-11);
            same(Gram.ofColumns(x), x.t().mm(x), 1e-11);
            same(Gram.ofRows(x.t()), x.t().mm(x), 1e-11); // not contiguous
            Tensor single = x.to(ScalarType.Float);
            same(Gram.ofRows(single), x.mm(x.t()), 1e-3);
            same(Gram.ofColumns(single), x.t().mm(x), 1e-3);
            same(Gram.ofRows(single).t(), Gram.ofRows(single), 0);
        }
    }

    private static void same(Tensor found, Tensor expected, double tolerance) {
        assertThat(Tensors.shape(found)).isEqualTo(Tensors.shape(expected));
        assertThat(Tensors.value(found.sub(expected).abs().max())).isLessThanOrEqualTo(tolerance);
    }
}
