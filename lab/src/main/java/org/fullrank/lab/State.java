package org.fullrank.lab;

import java.util.function.UnaryOperator;

/// The state of a flow: a vector with addition and scaling.
interface State<S extends State<S>> {
    /// This + factor * other.
    S plus(double factor, S other);

    /// One step of the classical Runge-Kutta method of order four.
    default S rk4(UnaryOperator<S> slope, double dt) {
        @SuppressWarnings("unchecked") // S is the type of this, as its declaration says
        S start = (S) this;
        S k1 = slope.apply(start);
        S k2 = slope.apply(start.plus(dt / 2, k1));
        S k3 = slope.apply(start.plus(dt / 2, k2));
        S k4 = slope.apply(start.plus(dt, k3));
        return start.plus(dt / 6, k1).plus(dt / 3, k2).plus(dt / 3, k3).plus(dt / 6, k4);
    }
}
