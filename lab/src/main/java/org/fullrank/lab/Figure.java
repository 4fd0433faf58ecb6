package org.fullrank.lab;

import java.util.List;

/// A figure of several panels, side by side.
///
/// @param caption description of the figure, one or two sentences of Markdown
/// @param columns number of panels in a row
public record Figure(String caption, int columns, List<Panel> panels) {
    public Figure {
        panels = List.copyOf(panels);
    }

    static Figure of(String caption, int columns, Panel... panels) {
        return new Figure(caption, columns, List.of(panels));
    }

    /// The figure as an SVG document.
    public String svg() {
        return new Svg(this).document();
    }
}
