package org.fullrank.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.junit.jupiter.api.Test;

class LplTest {



    @Test
    void partsHaveTheNamesOfThePaper() {
        try (var scope = Scope.open()) {
            var z = Tensors.of(new double[] {1, 2, 3, 5}, 2, 2);
            Terms terms = Lpl.defaults().evaluate(new Views(List.of(z, z)));
            assertThat(terms.parts().keySet()).containsExactly("pull", "push", "decorrelation");
        }
    }

    @Test
    void aNegativeWeightIsRefusedByItsName() {
        assertThatThrownBy(() -> new Lpl(-1, 1, 10, 1e-4))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("pull weight: found -1.0");
    }
}
