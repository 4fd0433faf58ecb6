package org.fullrank.spectral;

import org.fullrank.data.Items;
import org.fullrank.data.Labels;
import org.fullrank.engine.InputException;
import org.fullrank.view.ViewGenerator;
import org.jspecify.annotations.Nullable;

/// The samples of a closed form, and which of them belong together.
///
/// @param rows the samples
/// @param plain the items without a change: the samples themselves, unless these are views
public record RelatedSamples(Relation relation, SampleRows rows, SampleRows plain) {
    /// The items of data, or their views.
    ///
    /// @throws InputException when the relation needs labels that are missing, or does not fit the items
    public static RelatedSamples of(RelationSpec spec, Items items, ViewGenerator generator) {
        SampleRows rows = rows(spec, items, generator);
        if (spec instanceof RelationSpec.Views) {
            Relation views = Groups.ofViews(items.size(), generator.views());
            return new RelatedSamples(views, rows, ViewRows.plain(generator, items.size()));
        }
        return of(spec, rows, items.labels());
    }

    /// The samples of [#of] without their relation.
    public static SampleRows rows(RelationSpec spec, Items items, ViewGenerator generator) {
        return spec instanceof RelationSpec.Views
                ? ViewRows.drawn(generator, items.size())
                : ViewRows.plain(generator, items.size());
    }

    /// The rows of a matrix.
    ///
    /// @param labels of the rows; null if they have none
    /// @throws InputException when the relation needs views or labels, or does not fit the rows
    public static RelatedSamples of(RelationSpec spec, SampleRows rows, @Nullable Labels labels) {
        return new RelatedSamples(relation(spec, rows, labels), rows, rows);
    }

    private static Relation relation(RelationSpec spec, SampleRows rows, @Nullable Labels labels) {
        return switch (spec) {
            case RelationSpec.Edges(var file) -> EdgeFile.read(file, rows.size());
            case RelationSpec.Neighbors(int count) -> NearestNeighbors.graph(rows, count);
            case RelationSpec.Labels _ -> {
                if (labels == null) {
                    throw new InputException(
                            "relation: found data without labels, expected some; name the label column");
                }
                yield Groups.ofLabels(labels.classes());
            }
            case RelationSpec.Views _ ->
                throw new InputException("relation: found views of a matrix, expected views of items; give data");
        };
    }
}
