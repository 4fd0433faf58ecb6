package org.fullrank.lab;

import java.util.LinkedHashMap;
import java.util.SequencedMap;

/// A program that checks the claims of a paper.
public sealed interface Experiment
        permits KindsOfCollapse,
                Oja,
                LplToy,
                LplDigits,
                ByolPhase,
                ByolFlow,
                EigenAlignment,
                NoStopGradient,
                DirectSet,
                IsoModes,
                PredictorCells,
                SvmaxCircle,
                SvmaxMetric,
                SvmaxLetters,
                Conditioning,
                BnPartition,
                BnJitter,
                SpectralFamily,
                LabelGraph,
                OptimumGap,
                KernelSpirals,
                AlignedRelations,
                VcregIndependence,
                ClassBias,
                ClassBiasImages,
                SslClassBias,
                SslColorBias,
                AllLayers,
                Guillotine,
                GuillotineNetworks,
                Information,
                CopyTask,
                AddingTask,
                PermutedMnist,
                OrthogonalLearning,
                ProjunnScaling,
                DeeptensorNoise,
                DeeptensorLevels,
                DeeptensorHyperspectral,
                DeeptensorDigits,
                DeeptensorSpeed {
    /// The description of an experiment.
    ///
    /// @param name name on the command line and of the page
    /// @param title one line that says what the experiment shows
    /// @param paper source of the claims: authors, title, where and when it appeared
    /// @param part section, theorem or figure of the paper
    /// @param about the set-up in words and formulas, in Markdown. It is enough to repeat the experiment
    ///     without the code
    record Description(String name, String title, String paper, String part, String about) {}

    Description description();

    default String name() {
        return description().name();
    }

    /// Whether the claims can be decided only with a data set.
    default boolean needsData() {
        return false;
    }

    /// Whether it uses a data set if there is one.
    default boolean takesData() {
        return needsData();
    }

    /// Whether it also runs with the sizes of its paper.
    default boolean hasPaperLength() {
        return false;
    }

    /// Runs it. The outcome is a pure function of the setting, except for times in a table or figure.
    Outcome run(Setting setting);

    /// The description of the experiment for JSON.
    default SequencedMap<String, Object> toMap() {
        var map = new LinkedHashMap<String, Object>();
        map.put("name", name());
        map.put("title", description().title());
        map.put("paper", description().paper());
        map.put("part", description().part());
        map.put("needsData", needsData());
        map.put("takesData", takesData());
        map.put("hasPaperLength", hasPaperLength());
        return map;
    }
}
