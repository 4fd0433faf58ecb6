package org.fullrank.probe;

import java.util.Collection;
import java.util.List;
import java.util.function.Function;

/// One way to measure an encoder. To add an evaluation, implement this interface and add a line to
/// [Evaluations].
public interface Evaluation {
    /// The name under which the results are saved.
    String name();

    /// Names with which users select this evaluation or parts of it, as in `--protocol NAME`.
    default List<String> parts() {
        return List.of(name());
    }

    /// This evaluation with only some of its [#parts].
    default Evaluation only(Collection<String> parts) {
        return this;
    }

    /// The settings for users. The functions of these settings create a changed evaluation.
    default List<Setting<?>> settings() {
        return List.of();
    }

    /// Whether it trains a copy of the encoder further, which a closed form does not allow.
    default boolean needsTraining() {
        return false;
    }

    /// Measures an encoder without changing it.
    ///
    /// @throws org.fullrank.engine.InputException when the data do not allow it, for example without labels
    ProtocolResult run(Subject subject);

    /// A setting of an evaluation, as a command offers it.
    ///
    /// @param name in lower case
    /// @param label the placeholder of the value in the help
    /// @param about one sentence and the default, for the help
    /// @param type type of a value
    /// @param many whether the setting takes several values
    /// @param with creates the evaluation with these values. There is exactly one value unless `many`
    record Setting<T>(
            String name, String label, String about, Class<T> type, boolean many, Function<List<T>, Evaluation> with) {
        /// A setting of one value.
        static <T> Setting<T> one(
                String name, String label, String about, Class<T> type, Function<T, Evaluation> with) {
            return new Setting<>(name, label, about, type, false, values -> with.apply(values.getFirst()));
        }

        /// A setting of several values.
        static <T> Setting<T> many(
                String name, String label, String about, Class<T> type, Function<List<T>, Evaluation> with) {
            return new Setting<>(name, label, about, type, true, with);
        }

        /// The evaluation with these values.
        ///
        /// @throws ClassCastException when a value is not of [#type]
        public Evaluation apply(Collection<?> values) {
            return with.apply(values.stream().map(type::cast).toList());
        }
    }
}
