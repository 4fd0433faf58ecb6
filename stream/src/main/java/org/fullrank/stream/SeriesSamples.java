package org.fullrank.stream;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Windows of the series in a {@code .ts} file. The file begins with {@code @} lines up to {@code @data}. Each later
 * line is one series. Channels are separated by {@code :}, and values are separated by {@code ,}. The class is the last
 * value if the header has {@code @classLabel true}. A sample contains the steps of its first channel, then the steps of
 * the next channel. Each series is a sequence.
 */
final class SeriesSamples implements Samples {
    private final String name;
    private final int window;
    private final int hop;
    private final BadCells bad;
    private final BufferedReader lines;
    private boolean labeled;
    private long line;
    private long series;
    private float[][] channels = {{}}; // [channels, steps] of the current series
    private String label = "";
    private int start; // of the next window
    private boolean starts;
    private float[] values = {};

    /** @throws IllegalArgumentException when there is no {@code @data}, or when the series have time stamps */
    SeriesSamples(InputStream in, String name, SampleOptions options) throws IOException {
        this.name = name;
        this.window = options.window();
        this.hop = options.hop();
        this.bad = new BadCells(options.bad());
        this.lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
        for (String text = read(); !text.equals("@data"); text = read()) {
            if (text.startsWith("@timestamps true")) {
                throw refused("time stamps", "values at equal distances", "resample the series");
            }
            labeled |= text.startsWith("@classlabel true") || text.startsWith("@targetlabel true");
        }
    }

    /** The next line of the header in lower case. */
    private String read() throws IOException {
        String text = lines.readLine();
        line++;
        if (text == null) {
            throw new IllegalArgumentException(
                    name + ": found no line @data, expected one after the header; give a .ts file");
        }
        return text.strip().toLowerCase(Locale.ROOT);
    }

    /** Leaves out windows with a value that is not a number and was not replaced. */
    @Override
    public boolean next() throws IOException {
        starts = false;
        while (window()) {
            boolean whole = true;
            for (float value : values) {
                whole &= Float.isFinite(value);
            }
            if (whole) {
                return true;
            }
        }
        return false;
    }

    /** Moves on to the next window. */
    private boolean window() throws IOException {
        while (start + window > channels[0].length) {
            if (series > 0 && start == 0) {
                throw refused(
                        "a series of %d steps".formatted(channels[0].length),
                        "at least the window of " + window,
                        "choose a shorter window");
            }
            String text = lines.readLine();
            line++;
            if (text == null) {
                return false;
            }
            if (!text.isBlank()) {
                parse(text.strip());
                start = 0;
                starts = true;
            }
        }
        int at = 0;
        for (float[] channel : channels) {
            System.arraycopy(channel, start, values, at, window);
            at += window;
        }
        start += hop;
        return true;
    }

    private void parse(String text) {
        series++;
        List<String> parts = new ArrayList<>(List.of(text.split(":", -1)));
        label = labeled ? parts.remove(parts.size() - 1).strip() : "";
        if (parts.isEmpty()) {
            throw refused("a label alone", "values before it", "correct the line");
        }
        if (series > 1 && parts.size() != channels.length) {
            throw refused(parts.size() + " channels", channels.length + " as in the first series", "correct the line");
        }
        channels = new float[parts.size()][];
        for (int c = 0; c < channels.length; c++) {
            String[] cells = parts.get(c).split(",", -1);
            channels[c] = new float[cells.length];
            for (int t = 0; t < cells.length; t++) {
                channels[c][t] = number(cells[t], c, t, t > 0 ? channels[c][t - 1] : Float.NaN);
            }
            if (channels[c].length != channels[0].length) {
                throw refused(
                        "%d steps in channel %d".formatted(channels[c].length, c + 1),
                        channels[0].length + " as in the first channel",
                        "correct the line");
            }
        }
        values = new float[channels.length * window];
    }

    /**
     * The value of a cell; NaN if it is bad and the windows that contain it are left out.
     *
     * @param last value of the step before it; NaN if there is none
     */
    private float number(String cell, int channel, int step, float last) {
        float value = Cells.number(cell);
        if (Float.isFinite(value)) {
            return value;
        }
        float instead = bad.policy() == BadCells.Policy.LAST ? last : Float.NaN;
        bad.add(
                "%s, line %d: found '%s' in channel %d, step %d"
                        .formatted(name, line, Cells.shown(cell), channel + 1, step + 1),
                Cells.expected(
                        cell, "fill it in, leave the sample out (--bad skip), or use the last value (--bad last)"),
                !Float.isNaN(instead));
        return instead;
    }

    private IllegalArgumentException refused(String found, String expected, String remedy) {
        return new IllegalArgumentException(
                "%s, line %d: found %s, expected %s; %s".formatted(name, line, found, expected, remedy));
    }

    @Override
    public float[] values() {
        return values;
    }

    @Override
    public boolean startsSequence() {
        return starts;
    }

    /**
     * The number of the series and the first time step of the window, both counted from 1. If there is a class, it
     * follows.
     */
    @Override
    public List<String> noteNames() {
        return labeled ? List.of("series", "step", "class") : List.of("series", "step");
    }

    @Override
    public List<String> notes() {
        String number = Long.toString(series);
        String step = Integer.toString(start - hop + 1); // start is that of the next window
        return labeled ? List.of(number, step, label) : List.of(number, step);
    }

    @Override
    public BadCells badCells() {
        return bad;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}
