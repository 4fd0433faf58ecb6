package org.fullrank.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NaturalOrderTest {
    @Test
    void runsOfDigitsCountAsNumbers() {
        List<String> ordered = List.of(
                "",
                "007x",
                "10",
                "99999999999999999999",
                "100000000000000000000",
                "img",
                "img-1",
                "img01",
                "img1",
                "img1a",
                "img2",
                "img2b9",
                "img2b10",
                "img10",
                "imh0");
        for (int seed = 0; seed < 20; seed++) {
            var names = new ArrayList<>(ordered);
            Collections.shuffle(names, new Random(seed));
            names.sort(new NaturalOrder());
            assertThat(names).isEqualTo(ordered);
        }
        assertThat(new NaturalOrder().compare("a1", "a1")).isZero();
    }
}
