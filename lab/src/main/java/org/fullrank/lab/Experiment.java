package org.fullrank.lab;

/// A claim of a paper as a program.
public sealed interface Experiment
        permits Oja,
                LplToy,
                LplDigits,
                ByolPhase,
                ByolFlow,
                EigenAlignment,
                NoStopGradient,
                DirectSet,
                IsoModes,
                SvmaxCircle {
    /// The name on the command line and of the page.
    String name();

    /// What it shows, in one line.
    String title();

    Citation source();

    /// The set-up in words and formulas, Markdown: enough to repeat it without the code.
    String about();

    /// Whether its claims are decidable only with a data set.
    default boolean needsData() {
        return false;
    }

    /// Runs it. The outcome is a pure function of the setting.
    Outcome run(Setting setting);
}
