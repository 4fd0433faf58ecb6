package org.fullrank.lab;

import java.util.List;
import org.fullrank.engine.InputException;
import org.fullrank.settings.Nearest;

/// The list of experiments.
public final class Experiments {
    private static final List<Experiment> ALL = List.of(
            new KindsOfCollapse(),
            new Oja(),
            new LplToy(),
            new LplDigits(),
            new ByolFlow(),
            new ByolPhase(),
            new EigenAlignment(),
            new NoStopGradient(),
            new DirectSet(),
            new IsoModes(),
            new PredictorCells(),
            new SvmaxCircle(),
            new SvmaxMetric(),
            new SvmaxLetters(),
            new Conditioning(),
            new BnPartition(),
            new BnJitter(),
            new SpectralFamily(),
            new LabelGraph(),
            new OptimumGap(),
            new KernelSpirals(),
            new AlignedRelations(),
            new VcregIndependence(),
            new ClassBias(),
            new ClassBiasImages(),
            new SslClassBias(),
            new SslColorBias(),
            new AllLayers(),
            new Guillotine(),
            new GuillotineNetworks(),
            new Information(),
            new CopyTask(),
            new AddingTask(),
            new PermutedMnist(),
            new OrthogonalLearning(),
            new ProjunnScaling(),
            new DeeptensorNoise(),
            new DeeptensorLevels(),
            new DeeptensorHyperspectral(),
            new DeeptensorDigits(),
            new DeeptensorSpeed());

    private Experiments() {}

    public static List<Experiment> all() {
        return ALL;
    }

    /// The experiment with this name.
    ///
    /// @throws InputException when there is none. The message has the nearest name
    public static Experiment named(String name) {
        List<String> names = ALL.stream().map(Experiment::name).toList();
        return ALL.stream()
                .filter(experiment -> experiment.name().equals(name))
                .findFirst()
                .orElseThrow(() -> Nearest.unknown("lab: found no experiment", name, names));
    }
}
