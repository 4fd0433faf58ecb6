package org.fullrank.diagnose;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.rows.Batch;
import org.fullrank.rows.LeftOut;
import org.junit.jupiter.api.Test;

class EmbeddingSummaryTest {
    private static final int ROWS = 6000;
    private static final int WIDTH = 5;

    @Test
    void partsInAnyOrderGiveTheDiagnosisOfTheWhole() throws Exception {
        try (var scope = Scope.open();
                var whole = new EmbeddingSummary(WIDTH)) {
            whole.add(batch(0, ROWS));
            Diagnosis expected = whole.diagnosis("z", List.of(), List.of());
            for (int seed = 0; seed < 3; seed++) {
                try (EmbeddingSummary merged = merged(Keyed.of(seed))) {
                    Diagnosis found = merged.diagnosis("z", List.of(), List.of());
                    assertThat(found.rows()).isEqualTo(ROWS);
                    assertThat(found.verdicts()).isEqualTo(expected.verdicts());
                    assertThat(found.plots().norms())
                            .containsExactly(expected.plots().norms()); // of the same sample
                }
            }
        }
    }

    @Test
    void leftOutRowsAreListedInOrderHoweverTheyAreMerged() {
        var late = new LeftOut();
        LongStream.range(50, 60).forEach(late::add);
        var early = new LeftOut();
        LongStream.of(7, 3).forEach(early::add);
        late.merge(early);
        assertThat(late.count()).isEqualTo(12);
        assertThat(late.first()).containsExactly(3L, 7L, 50L, 51L, 52L, 53L, 54L, 55L, 56L, 57L);
        assertThat(late.warning(100))
                .isEqualTo("12 of 100 rows hold NaN or infinity and are left out (from 0: 3, 7, 50, 51, 52, 53, 54, 55,"
                        + " 56, 57, ...)");
        assertThat(new LeftOut().warning(100)).isNull();
    }

    /// Parts of random sizes, sent through bytes, merged in random pairs.
    private static EmbeddingSummary merged(Keyed random) throws Exception {
        List<EmbeddingSummary> parts = new ArrayList<>();
        for (int from = 0; from < ROWS; ) {
            int to = Math.min(ROWS, from + 1 + random.nextInt(2500));
            try (var part = new EmbeddingSummary(WIDTH)) {
                part.add(batch(from, to));
                parts.add(copied(part.state()).open());
            }
            from = to;
        }
        while (parts.size() > 1) {
            try (EmbeddingSummary other = parts.remove(random.nextInt(parts.size()))) {
                parts.get(random.nextInt(parts.size())).merge(other);
            }
        }
        return parts.getFirst();
    }

    private static EmbeddingSummary.State copied(EmbeddingSummary.State state) throws Exception {
        var bytes = new ByteArrayOutputStream();
        try (var out = new ObjectOutputStream(bytes)) {
            out.writeObject(state);
        }
        try (var in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            return (EmbeddingSummary.State) in.readObject();
        }
    }

    private static Batch batch(int from, int to) {
        double[] values = new double[(to - from) * WIDTH];
        for (int i = 0; i < values.length; i++) {
            var random = Keyed.of(9, from + i / WIDTH, i % WIDTH);
            values[i] = random.nextGaussian() / (1 + i % WIDTH);
        }
        Tensor rows = Tensors.of(values, to - from, WIDTH).to(ScalarType.Float);
        return new Batch(rows, null, null, LongStream.range(from, to).toArray());
    }
}
