package org.fullrank.lab;

import static org.fullrank.lab.Expected.atLeast;
import static org.fullrank.lab.Expected.atMost;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.fullrank.lab.DigitPairs.Kept;
import org.fullrank.lab.LocalRule.Plasticity;
import org.fullrank.lab.Series.Color;
import org.jspecify.annotations.Nullable;

/// Checks that a predictive neuron becomes selective to features that stay constant over time.
///
/// @param plasticity the laws of plasticity; under test
record LplDigits(Plasticity plasticity) implements Experiment {
    private static final int BATCH = 200;
    private static final double RATE = 1e-2;
    private static final int STEPS = 1000;
    private static final List<LocalRule> LAWS = List.of(LocalRule.OJA, LocalRule.HEBB, LocalRule.LPL);

    LplDigits() {
        this(LocalRule::change);
    }

    @Override
    public Description description() {
        return new Description(
                "lpl-digits",
                "a predictive neuron becomes selective to what stays constant, place or digit",
                "Halvagal, Zenke, The combination of Hebbian and predictive plasticity learns invariant object"
                        + " representations in deep sensory networks, Nature Neuroscience 2023",
                "supplement S2 as in the official notebook. The margins are chosen here. We did not read the text of"
                        + " the paper",
                """
                Can a neuron find out from time alone what to pay attention to? The experiment shows it sequences of
                digits in which either the place or the digit stays the same from one image to the next. You see
                that a predictive neuron becomes selective to what stays, and that the other rules always choose the
                place, which is the stronger signal.

                The images are the digits 5 and 6 of MNIST (1000 images of each) with gray values in [0, 1]. Each
                image is placed at the top left or at the bottom right of a canvas of 56 x 56 pixels. The next
                sample of a sequence keeps either the place or the digit of the previous sample. The other attribute
                and the image are chosen at random.

                A linear neuron without bias learns by three rules: Oja's rule, log-variance alone, and LPL (as in
                lpl-toy). There are 10 runs (2 in a quick run) from small random weights. Each run has 1000 steps
                with batch 200, rate 0.01 and weight decay 0.15.

                An attribute (the place or the digit) has two values. The neuron's selectivity for an attribute is
                the distance between its mean responses to these two values, divided by the range of all responses.
                The selectivity is measured on 400 other images of each digit.
                """);
    }

    @Override
    public boolean needsData() {
        return true;
    }

    /// Selectivities for place and digit, one value for each run.
    private record Selectivity(double[] place, double[] digit) {
        double difference() {
            return VectorMath.mean(place) - VectorMath.mean(digit);
        }
    }

    @Override
    public Outcome run(Setting setting) {
        String data = setting.data("mnist");
        if (data == null) {
            return new Outcome(claims(null), ResultTable.of("sequence keeps"), null);
        }
        DigitPairs digits = DigitPairs.open(data);
        Map<Kept, Map<LocalRule, Selectivity>> results = new EnumMap<>(Kept.class);
        ResultTable table = ResultTable.of("sequence keeps", "law", "selectivity for place", "for digit");
        for (Kept kept : Kept.values()) {
            Map<LocalRule, Selectivity> result = train(setting, digits, kept);
            results.put(kept, result);
            for (LocalRule law : LAWS) {
                Selectivity s = law.in(result);
                table = table.row(label(kept), law.label(), meanAndDeviation(s.place), meanAndDeviation(s.digit));
            }
        }
        return new Outcome(claims(results), table, figure(results));
    }

    private static String label(Kept kept) {
        return kept == Kept.PLACE ? "place" : "digit";
    }

    private static String meanAndDeviation(double[] values) {
        return "%.2f ± %.2f".formatted(VectorMath.mean(values), VectorMath.deviation(values));
    }

    private Map<LocalRule, Selectivity> train(Setting setting, DigitPairs digits, Kept kept) {
        int runs = setting.size(2, 10);
        Map<LocalRule, Selectivity> results = new EnumMap<>(LocalRule.class);
        LAWS.forEach(law -> results.put(law, new Selectivity(new double[runs], new double[runs])));
        double[][] now = new double[BATCH][];
        double[][] before = new double[BATCH][];
        for (int run = 0; run < runs; run++) {
            RandomGenerator random = setting.random("lpl-digits", kept.ordinal(), run);
            double[] start = VectorMath.gaussian(random, digits.inputs(), 0.01);
            Map<LocalRule, double[]> weights = new EnumMap<>(LocalRule.class);
            LAWS.forEach(law -> weights.put(law, start.clone()));
            for (int step = 0; step < STEPS; step++) {
                digits.draw(random, kept, now, before);
                weights.forEach((law, w) -> VectorMath.add(w, RATE, plasticity.change(law, w, now, before)));
            }
            for (LocalRule law : LAWS) {
                double[] w = law.in(weights);
                law.in(results).place[run] = digits.selectivity(w, Kept.PLACE);
                law.in(results).digit[run] = digits.selectivity(w, Kept.DIGIT);
            }
        }
        return results;
    }

    /// @param results null if nothing was measured
    private static List<Claim> claims(@Nullable Map<Kept, Map<LocalRule, Selectivity>> results) {
        String margin = "a clear difference of means; the direction is the paper's, the margin is chosen here";
        List<Claim> claims = new ArrayList<>();
        claims.add(claim(
                results,
                "LPL, place kept: selectivity for place minus that for digit",
                Kept.PLACE,
                LocalRule.LPL,
                atLeast(0.2),
                margin));
        claims.add(claim(
                results,
                "LPL, digit kept: selectivity for place minus that for digit",
                Kept.DIGIT,
                LocalRule.LPL,
                atMost(-0.2),
                margin));
        for (LocalRule law : List.of(LocalRule.OJA, LocalRule.HEBB)) {
            for (Kept kept : Kept.values()) {
                claims.add(claim(
                        results,
                        "%s, %s kept: it prefers the strong attribute, place".formatted(law.label(), label(kept)),
                        kept,
                        law,
                        atLeast(0.2),
                        "the order of samples plays no part in the rule"));
            }
        }
        return claims;
    }

    private static Claim claim(
            @Nullable Map<Kept, Map<LocalRule, Selectivity>> results,
            String text,
            Kept kept,
            LocalRule law,
            Expected expected,
            String reason) {
        return results == null
                ? Claim.undecidable(text, expected, reason + "; needs MNIST, see --data")
                : Claim.of(
                        text, law.in(Objects.requireNonNull(results.get(kept))).difference(), expected, reason);
    }

    private static Figure figure(Map<Kept, Map<LocalRule, Selectivity>> results) {
        List<Panel> panels = new ArrayList<>();
        results.forEach((kept, result) -> {
            Panel panel = Panel.of(
                            "Sequence keeps the " + label(kept),
                            Axis.linear("selectivity for place").between(-0.05, 1),
                            Axis.linear("selectivity for digit").between(-0.05, 1))
                    .with(Series.graph("equal", Color.GRAY, 0, 1, x -> x).dash());
            for (LocalRule law : LAWS) {
                Selectivity s = law.in(result);
                boolean oja = law == LocalRule.OJA; // a ring, because it lies where log-variance does
                panel = panel.with(
                        new Series.Dots(law.label(), Color.of(law.ordinal()), oja ? 7 : 4, !oja, s.place, s.digit));
            }
            panels.add(panel);
        });
        return new Figure(
                "Each point is one run. With LPL, the neuron becomes selective for the attribute that the"
                        + " sequence keeps. With the rules without prediction, it stays selective for the place.",
                2,
                panels);
    }
}
