package org.fullrank.method;

/// Gradients of one batch that show through which networks self-distillation really sends gradients.
///
/// @param onlineGradient norm of the gradient of one regression with respect to the embedding that predicts
/// @param targetGradient norm of its gradient with respect to the embedding that is predicted; 0 if the
///     gradient is stopped, or if the target comes from another network
/// @param targetParameterGradient norm of the gradient of the target network's parameters; 0 if there is none
/// @param prediction distance of predictions from their inputs, `|p - z| / |z|`; 0 without a predictor
public record Wiring(double onlineGradient, double targetGradient, double targetParameterGradient, double prediction) {}
