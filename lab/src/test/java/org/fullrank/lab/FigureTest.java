package org.fullrank.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.fullrank.lab.Series.Color;
import org.fullrank.lab.Series.Shade;
import org.junit.jupiter.api.Test;

class FigureTest {
    private static final double[] ENDS = {0, 1};

    @Test
    void theFirstSolidLineIsAboveTheOthersAndGrayIsBelow() {
        Series hero = Series.line("hero", Color.BLUE, ENDS, ENDS);
        Series other = Series.line("other", Color.GREEN, ENDS, ENDS);
        Series bound = Series.line("bound", Color.BLACK, ENDS, ENDS).dash();
        Series dots = Series.dots("dots", Color.BLUE, ENDS, ENDS);
        Series gray = Series.dots("", Color.GRAY, ENDS, ENDS);
        Panel panel = Panel.of("t", Axis.linear("x"), Axis.linear("y")).with(dots, hero, other, bound, gray);
        assertThat(panel.layers()).containsExactly(gray, other, hero, bound, dots);
        assertThat(panel.series()).containsExactly(dots, hero, other, bound, gray); // the order of the legend
    }

    @Test
    void tenModesHaveTenColors() {
        Set<String> codes = new HashSet<>();
        for (int m = 0; m < 10; m++) {
            codes.add(Shade.of(m, 10).code());
        }
        assertThat(codes).hasSize(10).allMatch(code -> code.matches("#[0-9A-F]{6}"));
        assertThat(Color.of(6)).isEqualTo(Color.BLACK);
        assertThatThrownBy(() -> Color.of(7)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void namesOfGreekLettersBecomeLetters() {
        assertThat(Formula.letters("eta 0.1, beta, gamma mu_i")).isEqualTo("η 0.1, β, γ μ_i");
        assertThat(Formula.letters("theta and metadata")).isEqualTo("theta and metadata"); // parts of words stay
        assertThat(Formula.svg("sigma_y < 1"))
                .isEqualTo("σ<tspan dy=\"4\" font-size=\"9\">y</tspan><tspan dy=\"-4\"> &lt; 1</tspan>");
        assertThat(Formula.svg("10^-3")).isEqualTo("10<tspan dy=\"-4\" font-size=\"9\">-3</tspan>");
        assertThat(Formula.svg("plain")).isEqualTo("plain");
    }

    @Test
    void everySeriesWithALabelIsInTheLegend() {
        Panel panel = Panel.of("t", Axis.linear("x"), Axis.log("y"))
                .with(Series.line("tau_1", Color.BLUE, ENDS, new double[] {1e-5, 1})
                        .dash());
        String svg = new Figure("c", 1, List.of(panel)).svg();
        assertThat(svg).contains(">τ<tspan").contains("10<tspan dy=\"-4\" font-size=\"9\">-5</tspan>");
        assertThat(svg.split("stroke-dasharray", -1)).hasSize(3); // in the plot and in the legend
    }
}
