package org.fullrank.probe;

/// The settings of a classifier on frozen features.
public sealed interface Classifier permits KnnProtocol, LinearProtocol {
    /// Its name in tables and protocols.
    default String label() {
        return switch (this) {
            case KnnProtocol knn -> "kNN";
            case LinearProtocol linear -> "linear";
        };
    }

    /// Its settings in words.
    default String describe() {
        return switch (this) {
            case KnnProtocol knn -> Protocol.describe(knn);
            case LinearProtocol linear -> Protocol.describe(linear);
        };
    }

    /// Fits on `train` and predicts the classes of `test`.
    ///
    /// @throws org.fullrank.engine.InputException as [Knn#evaluate] and [Linear#answer]
    default int[] answer(Features train, Features test) {
        return switch (this) {
            case KnnProtocol knn -> {
                train.requireLike(test, "kNN");
                Linear.requireTwoClasses(train.labels());
                yield Knn.predict(train, test, knn);
            }
            case LinearProtocol linear -> Linear.answer(train, test, linear).classes();
        };
    }
}
