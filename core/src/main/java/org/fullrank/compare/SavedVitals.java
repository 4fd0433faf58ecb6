package org.fullrank.compare;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import org.fullrank.diagnose.Measure;
import org.fullrank.diagnose.Vitals;
import org.fullrank.trained.Trained;

/// The vital signs of the representation and of the embedding after a training, as in `evaluation.json`.
///
/// @param representation vital signs of the encoder's output
/// @param embedding vital signs of the projector's output, which is the input of the objective
record SavedVitals(Place representation, Place embedding) {
    /// One place.
    ///
    /// @param rows items
    /// @param width dimensions
    /// @param measures by [Measure#key]
    record Place(long rows, int width, SequencedMap<String, Double> measures) {
        static Place of(Vitals vitals) {
            var measures = new LinkedHashMap<String, Double>();
            vitals.values().forEach((measure, value) -> measures.put(measure.key(), value));
            return new Place(vitals.rows(), vitals.width(), measures);
        }

        Vitals vitals() {
            var values = new LinkedHashMap<Measure, Double>();
            measures.forEach((key, value) -> Measure.of(key).ifPresent(measure -> values.put(measure, value)));
            return new Vitals(rows, width, values);
        }
    }

    static SavedVitals of(Trained.Health health) {
        return new SavedVitals(Place.of(health.representation()), Place.of(health.embedding()));
    }

    Trained.Health health() {
        return new Trained.Health(representation.vitals(), embedding.vitals());
    }

    /// The format of an earlier version, with another key. Its standard deviation of rows of length 1 lacks
    /// the factor `sqrt(D)` of [Measure#STD].
    record Old(OldPlace representation, OldPlace embedding) {
        SavedVitals renewed() {
            return new SavedVitals(representation.renewed(), embedding.renewed());
        }
    }

    /// One place of [Old].
    @JsonIgnoreProperties(ignoreUnknown = true)
    record OldPlace(long rows, int width, double rankMe, double stdMean, double normalizedStd) {
        Place renewed() {
            var measures = new LinkedHashMap<String, Double>();
            measures.put(Measure.RANKME.key(), rankMe);
            measures.put(Measure.STD.key(), normalizedStd * Math.sqrt(width));
            measures.put(Measure.STD_RAW.key(), stdMean);
            return new Place(rows, width, measures);
        }
    }
}
