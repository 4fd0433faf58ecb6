package org.fullrank.online;

import java.util.Arrays;
import java.util.List;

/** The names of the rules. Each name builds its rule with default settings. */
public enum RuleName {
    /** {@link LatentPredictive#builder}. */
    LPL("lpl", "latent predictive learning: pull to the previous sample, log-variance push, decorrelation"),
    /** {@link LatentPredictive#localVicReg} with {@link Push#HINGE}. */
    VICREG_HINGE("vicreg-hinge", "local VICReg: pull, push up to standard deviation 1, printed decorrelation"),
    /** {@link LatentPredictive#localVicReg} with {@link Push#LOG_VARIANCE}. */
    VICREG_LOG("vicreg-log", "local VICReg with the log-variance push"),
    /** {@link LatentPredictive#logVarianceHebb}. */
    LOG_HEBB("log-hebb", "log-variance push and decay alone: follows the largest variance, as Oja's rule"),
    /** {@link Oja}. */
    OJA("oja", "Oja's rule; with several units the space of the first principal components"),
    /** {@link Sanger}. */
    SANGER("sanger", "Sanger's rule: the first principal components in order");

    private final String label;
    private final String about;

    RuleName(String label, String about) {
        this.label = label;
        this.about = about;
    }

    /** The name in lower case with hyphens. */
    public String label() {
        return label;
    }

    /** A description of the rule in one line. */
    public String about() {
        return about;
    }

    /** All labels. */
    public static List<String> labels() {
        return Arrays.stream(values()).map(RuleName::label).toList();
    }

    /** @throws IllegalArgumentException when no rule has the label */
    public static RuleName of(String label) {
        for (RuleName name : values()) {
            if (name.label.equals(label)) {
                return name;
            }
        }
        throw new IllegalArgumentException(
                "rule: found %s, expected one of %s; correct the name".formatted(label, String.join(", ", labels())));
    }

    /** A builder with the defaults of the rule. */
    public LayerBuilder<?> builder(int inputs, int units) {
        return switch (this) {
            case LPL -> LatentPredictive.builder(inputs, units);
            case VICREG_HINGE -> LatentPredictive.localVicReg(inputs, units, Push.HINGE);
            case VICREG_LOG -> LatentPredictive.localVicReg(inputs, units, Push.LOG_VARIANCE);
            case LOG_HEBB -> LatentPredictive.logVarianceHebb(inputs, units);
            case OJA -> Oja.builder(inputs, units);
            case SANGER -> Sanger.builder(inputs, units);
        };
    }
}
