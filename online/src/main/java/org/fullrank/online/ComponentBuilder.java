package org.fullrank.online;

import java.util.function.Function;

/**
 * Settings of a rule of principal components.
 *
 * @param <R> the rule
 */
public final class ComponentBuilder<R extends Layer> extends LayerBuilder<ComponentBuilder<R>> {
    private final Function<ComponentBuilder<R>, R> rule;

    ComponentBuilder(int inputs, int units, double learningRate, Function<ComponentBuilder<R>, R> rule) {
        super(inputs, units, learningRate);
        this.rule = rule;
    }

    @Override
    ComponentBuilder<R> self() {
        return this;
    }

    @Override
    public R build() {
        return rule.apply(this);
    }
}
