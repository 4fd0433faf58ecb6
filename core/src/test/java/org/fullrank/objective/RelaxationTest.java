package org.fullrank.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.spectral.Groups;
import org.fullrank.spectral.OptimumSearch;
import org.fullrank.spectral.SpectralObjective;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RelaxationTest {
    private static final int ITEMS = 20;
    private static final int WIDTH = 6;
    private static final double INVARIANCE = 7;
    private static final double VARIANCE = 3;
    private static final double TARGET = 1.5;
    private static final double EPSILON = 1e-12;

    private final Scope scope = Scope.open();

    @AfterEach
    void free() {
        scope.close();
    }

    private static List<Tensor> views(int count) {
        var random = Keyed.of(5, Keyed.name("views"));
        List<Tensor> views = new ArrayList<>();
        for (int v = 0; v < count; v++) {
            double[] values = new double[ITEMS * WIDTH];
            for (int i = 0; i < values.length; i++) {
                values[i] = random.nextGaussian();
            }
            views.add(Tensors.of(values, ITEMS, WIDTH));
        }
        return views;
    }

    /// The disagreement of views, in units of a lost dimension, costs the same in the objective as in its
    /// closed form.
    @ParameterizedTest
    @CsvSource({"OFFICIAL,2", "PAPER,2", "SOLO,2", "OFFICIAL,3", "PAPER,4"})
    void theInvarianceOfVicregKeepsItsWeight(Vicreg.Form form, int count) {
        List<Tensor> z = views(count);
        double pull = total(form, INVARIANCE, VARIANCE, z) - total(form, 0, VARIANCE, z);
        double collapse =
                total(form, 0, VARIANCE, z.stream().map(torch::zeros_like).toList());
        var vicreg = new Vicreg(form, INVARIANCE, VARIANCE, 0, TARGET, EPSILON);
        Relaxation relaxation = Objects.requireNonNull(vicreg.relaxation(count, WIDTH));
        var vector = new TensorVector();
        z.forEach(vector::push_back);
        Tensor rows = relaxation.prepared(torch.stack(vector, 1).flatten(0, 1));
        double relaxed = loss(relaxation.form(), rows, count) - loss(SpectralObjective.Vicreg.ofGamma(0), rows, count);
        assertThat(relaxed / WIDTH).isCloseTo(pull / collapse, within(1e-5));
    }

    private static double total(Vicreg.Form form, double invariance, double variance, List<Tensor> z) {
        var vicreg = new Vicreg(form, invariance, variance, 0, TARGET, EPSILON);
        return Tensors.value(vicreg.evaluate(new Views(z)).total());
    }

    private static double loss(SpectralObjective form, Tensor rows, int views) {
        return OptimumSearch.of(form, Groups.ofViews(ITEMS, views), rows, false, List.of())
                .loss();
    }

    @Test
    void theDefaultsOfVicregKeepModesThatAgreeMoreThanUnrelatedViews() {
        Relaxation relaxation = Objects.requireNonNull(Vicreg.defaults().relaxation(2, WIDTH));
        assertThat(relaxation.form()).isEqualTo(SpectralObjective.Vicreg.ofGamma(1));
        assertThat(relaxation.scaleIsFree()).isFalse();
    }

    @Test
    void ntXentDoesNotDependOnLengths() {
        Relaxation relaxation = Objects.requireNonNull(NtXent.defaults().relaxation(2, WIDTH));
        Tensor z = views(2).getFirst();
        assertThat(Tensors.doubles(relaxation.prepared(z.mul(Tensors.of(new double[] {9}, 1)))))
                .containsExactly(Tensors.doubles(relaxation.prepared(z)), within(1e-12));
        assertThat(relaxation.scaleIsFree()).isTrue();
    }

    @Test
    void aFitWithWhiteningHasNoScale() {
        var whitened = new SpectralObjective.BarlowTwins(true);
        assertThat(Relaxation.fitted(whitened))
                .isEqualTo(BarlowTwins.defaults().relaxation(2, WIDTH))
                .satisfies(relaxation -> assertThat(relaxation.scale()).startsWith("none"));
        assertThat(Relaxation.fitted(new SpectralObjective.Contrastive()).scaleIsFree())
                .isTrue();
    }

    @Test
    void theObjectivesWithAClosedFormAreKnownByName() {
        assertThat(Objective.withClosedForm())
                .containsExactly("vicreg", "vicreg-paper", "vicreg-solo", "nt-xent", "barlow-twins");
        assertThat(Tico.defaults().relaxation(2, WIDTH)).isNull();
    }

    @Test
    void vicregWithoutVarianceIsRefused() {
        var vicreg = new Vicreg(25, 0, 1, 1, 1e-4);
        assertThatThrownBy(() -> vicreg.relaxation(2, WIDTH))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("objective vicreg: found no variance term");
    }
}
