package org.fullrank.lab;

import java.util.LinkedHashMap;
import java.util.SequencedMap;

/// A program that checks the claims of a paper.
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

    /// The statement that it checks, in one line.
    String title();

    Citation source();

    /// The set-up in words and formulas, Markdown: enough to repeat it without the code.
    String about();

    /// Whether its claims can be decided only with a data set.
    default boolean needsData() {
        return false;
    }

    /// Runs it. The outcome is a pure function of the setting.
    Outcome run(Setting setting);

    /// The description of the experiment for JSON.
    default SequencedMap<String, Object> toMap() {
        var map = new LinkedHashMap<String, Object>();
        map.put("name", name());
        map.put("title", title());
        map.put("paper", source().paper());
        map.put("part", source().part());
        map.put("needsData", needsData());
        return map;
    }
}
