package org.fullrank.net;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.fullrank.engine.InputException;
import org.fullrank.view.InputShape;

/// A recurrent network for time series, `[B, C, L]`: layers of one kind of cell, each of which reads the steps
/// in the order of time. A block is one layer, `[B, L, in]` to `[B, L, width]`.
///
/// @param cell what a layer computes from a step and its state
/// @param widths units of each layer; the last is the width of the representation
/// @param pool which row represents the series
public record Recurrent(Cell cell, List<Integer> widths, Pool pool) implements EncoderSpec {
    /// One layer: two directions of depth, time and layers, are rarely worth their time on short series.
    public static final List<Integer> DEFAULT_WIDTHS = List.of(128);
    /// Most layers. A deeper recurrent network is probably a mistake.
    static final int MAX_LAYERS = 16;

    /// The kinds of cells.
    public enum Cell {
        /// An orthogonal recurrent matrix with modReLU, see [RecurrentCells#orthogonal].
        ORTHOGONAL,
        /// The gated recurrent unit (Cho et al. 2014), in PyTorch's form.
        GRU,
        /// The long short-term memory (Hochreiter and Schmidhuber 1997), in PyTorch's form.
        LSTM
    }

    /// How the states of all steps become one row.
    public enum Pool {
        /// The mean over the steps.
        MEAN,
        /// The state after the last step.
        LAST
    }

    public Recurrent {
        widths = List.copyOf(widths);
        Sizes.requirePositive("widths", widths);
        InputException.unless(
                widths.size() <= MAX_LAYERS, "widths: found %d layers, expected 1 to %d", widths.size(), MAX_LAYERS);
    }

    public static Recurrent defaults() {
        return new Recurrent(Cell.GRU, DEFAULT_WIDTHS, Pool.MEAN);
    }

    @Override
    public int features() {
        return widths.getLast();
    }

    @Override
    public List<String> blocks() {
        return IntStream.range(0, widths.size()).mapToObj(i -> "layers." + i).toList();
    }

    @Override
    public boolean hasBatchNorm() {
        return false;
    }

    @Override
    public boolean hasSkips() {
        return false;
    }

    @Override
    public Encoder build(NetworkBuilder net, InputShape input) {
        int in = input.requireSeries("a recurrent network").channels();
        var blocks = new ArrayList<Encoder.Block>();
        for (String name : blocks()) {
            int out = widths.get(blocks.size());
            blocks.add(new Encoder.Block(name, layer(net.in(name), in, out), out));
            in = out;
        }
        Layer inTime = (x, mode) -> x.transpose(1, 2).contiguous(); // [B, L, C]
        Layer mean = (x, mode) -> x.mean(1);
        Layer last = (x, mode) -> x.select(1, -1);
        Layer pooled = switch (pool) {
            case MEAN -> mean.written((graph, x) -> graph.mean(x, 1));
            case LAST -> last.written(GraphWriter::last);
        };
        return new Encoder(inTime.written(GraphWriter::inTime), blocks, pooled, Layer.identity());
    }

    private Layer layer(NetworkBuilder net, int in, int out) {
        return switch (cell) {
            case ORTHOGONAL -> RecurrentCells.orthogonal(net, in, out);
            case GRU -> RecurrentCells.gru(net, in, out);
            case LSTM -> RecurrentCells.lstm(net, in, out);
        };
    }
}
