package org.fullrank.net;

import org.fullrank.engine.InputException;

/// The positions of a signal, which is a line or a picture.
///
/// @param height rows; 1 for a line
/// @param width columns
public record SignalShape(int height, int width) {
    public SignalShape {
        InputException.when(
                height < 1 || width < 1, "signal: found %d x %d positions, expected at least 1 x 1", height, width);
    }

    /// A line of `length` positions.
    public static SignalShape line(int length) {
        return new SignalShape(1, length);
    }

    /// Positions.
    public int size() {
        return Math.multiplyExact(height, width);
    }

    boolean isLine() {
        return height == 1;
    }

    /// The shorter of the sides along which the signal extends.
    public int shorterSide() {
        return isLine() ? width : Math.min(height, width);
    }

    /// The shape with each side divided by `factor`, rounded up. A line remains a line.
    SignalShape dividedBy(int factor) {
        return new SignalShape(Math.ceilDiv(height, factor), Math.ceilDiv(width, factor));
    }

    /// Both sides, for error messages: `64`, or `64 x 48`.
    @Override
    public String toString() {
        return isLine() ? Integer.toString(width) : height + " x " + width;
    }
}
