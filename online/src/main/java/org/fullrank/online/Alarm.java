package org.fullrank.online;

/** The verdict of a {@link Monitor}. */
public enum Alarm {
    /** Nothing is wrong, or there are too few samples to tell. */
    NONE,
    /** A feature was NaN or infinite. This verdict is permanent. */
    NOT_FINITE,
    /** The standard deviation of a unit is above {@link Limits#maximumStd()}: lower the learning rate. */
    EXPLODED,
    /**
     * The input has stopped changing: its standard deviation is below {@link Limits#minimumChange()} times its size.
     */
    CONSTANT_INPUT,
    /** Too many units are silent: their standard deviation is below {@link Limits#minimumStd()}. */
    COLLAPSED,
    /** Units vary, but all in the same way. The features span only one direction. */
    LOW_RANK
}
