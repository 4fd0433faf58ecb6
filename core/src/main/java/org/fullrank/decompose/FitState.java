package org.fullrank.decompose;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.engine.Threads;
import org.fullrank.file.SafeTensors;
import org.fullrank.settings.Choices;

/// The saved state of a fit: a safetensors file with a checksum, which is written atomically. The file
/// contains the weights, the optimizer, the averaged factors, the best factors, and the curve. So a resumed
/// fit equals a fit that was never stopped.
///
/// @param file where the state is
/// @param fingerprint of the data
record FitState(Path file, String fingerprint) {
    private static final String SETTING = "setting.";
    private static final String DATA = "data";
    private static final String THREADS = "threads";
    private static final String LOSSES = "curve.loss";
    private static final String HELD_OUT = "curve.heldOut";
    private static final String EXCESS = "curve.excess";

    void save(FactorFit fit) {
        try (var scope = Scope.withoutGradients()) {
            SequencedMap<String, Tensor> tensors = tensors(fit);
            int steps = fit.curve().steps();
            tensors.put(LOSSES, Tensors.of(fit.curve().losses(), steps));
            tensors.put(HELD_OUT, Tensors.of(fit.curve().heldOutLosses(), steps));
            tensors.put(EXCESS, Tensors.of(fit.curve().excesses(), steps));
            var metadata = new LinkedHashMap<String, String>();
            metadata.put("format", "fullrank decomposition 2");
            Choices.settings(fit.settings()).forEach((key, value) -> metadata.put(SETTING + key, value));
            metadata.put(DATA, fingerprint);
            metadata.put(THREADS, Integer.toString(torch.get_num_threads()));
            SafeTensors.writeChecked(file, tensors, metadata);
        }
    }

    private static SequencedMap<String, Tensor> tensors(FactorFit fit) {
        var tensors = new LinkedHashMap<String, Tensor>();
        tensors.put("parameters", fit.model().parameters().values());
        fit.optimizer().state().forEach((name, vector) -> tensors.put("adam." + name, vector));
        for (int k = 0; k < fit.best().size(); k++) {
            tensors.put("average." + k, fit.average().get(k));
            tensors.put("best." + k, fit.best().get(k));
        }
        return tensors;
    }

    /// Continues `fit` from the saved state. It uses as many threads as before, so that sums are rounded in
    /// the same way. Does nothing if there is no saved state.
    ///
    /// @throws InputException when the state is damaged, or belongs to other data or settings
    void restore(FactorFit fit) {
        if (!Files.exists(file)) {
            return;
        }
        try (var saved = SafeTensors.open(file);
                var scope = Scope.withoutGradients()) {
            require(saved, fit);
            tensors(fit).forEach(saved::copyInto);
            double[] losses = numbers(saved, LOSSES);
            double[] heldOut = numbers(saved, HELD_OUT);
            double[] excess = numbers(saved, EXCESS);
            for (int i = 0; i < losses.length; i++) {
                fit.curve().add(losses[i], heldOut[i], excess[i]);
            }
            String threads = saved.metadata().getOrDefault(THREADS, "");
            if (threads.matches("\\d{1,4}")
                    && Integer.parseInt(threads) <= Runtime.getRuntime().availableProcessors()) {
                Threads.use(Integer.parseInt(threads));
            }
        }
    }

    private void require(SafeTensors saved, FactorFit fit) {
        String data = saved.metadata().getOrDefault(DATA, "none");
        InputException.unless(
                data.equals(fingerprint),
                "state %s: found data of fingerprint %s, expected %s, the data of its fit; resume with the same data",
                file,
                fingerprint,
                data);
        Choices.settings(fit.settings()).forEach((key, found) -> {
            String expected = saved.metadata().getOrDefault(SETTING + key, "nothing");
            InputException.unless(
                    found.equals(expected),
                    "state %s: found %s: %s, expected %s as in its fit; resume with the same settings",
                    file,
                    key,
                    found,
                    expected);
        });
    }

    private static double[] numbers(SafeTensors saved, String name) {
        long[] shape = saved.shape(name);
        if (shape == null || shape.length != 1) {
            throw new InputException(
                    "state %s: found no list %s, expected one; start another fit".formatted(saved.path(), name));
        }
        double[] empty = new double[Math.toIntExact(shape[0])];
        Tensor target = Tensors.of(empty, empty.length);
        saved.copyInto(name, target);
        return Tensors.doubles(target);
    }
}
