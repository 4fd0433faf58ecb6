package org.fullrank.online;

/** What a {@link Monitor} says about features. */
public enum Alarm {
    /** Nothing wrong, or too few samples yet to tell. */
    NONE,
    /** A feature was NaN or infinite. Stays until the monitor is new. */
    NOT_FINITE,
    /** The standard deviation of a unit is above {@link Limits#maximumStd()}: lower the learning rate. */
    EXPLODED,
    /** The input has stopped changing: its standard deviation is below {@link Limits#minimumChange()} of its size. */
    CONSTANT_INPUT,
    /** Too many units have fallen silent. */
    COLLAPSED,
    /** Units vary, but all of them alike: the features span one direction. */
    LOW_RANK
}
