package org.fullrank.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class TableTest {
    @Test
    void columnsAreAsWideAsTheirWidestCell() {
        assertThat(new Table().row("a", "bb", 3).row("cccc", "d", "e").toString())
                .isEqualTo("a     bb  3\ncccc  d   e\n");
    }

    @Test
    void noLineEndsWithSpaces() {
        assertThat(new Table().row("name", "").row(List.of("a", "longer")).toString())
                .isEqualTo("name\na     longer\n");
    }

    @Test
    void rowsMayBeShort() {
        assertThat(new Table().row("x").row("y", "z").toString()).isEqualTo("x\ny  z\n");
    }
}
