package org.fullrank.method;

/// Gradients of one batch that show how self-distillation is really wired.
///
/// @param onlineGradient norm of the gradient of one regression with respect to the embedding that predicts
/// @param targetGradient norm of its gradient with respect to the embedding that is predicted: 0 where the
///     gradient is stopped, or where the target comes from another network
/// @param targetParameterGradient norm of the gradient of the target network's parameters; 0 where there is
///     none
/// @param prediction how far predictions are from what they are made of, `|p - z| / |z|`: 0 without a predictor
public record Wiring(double onlineGradient, double targetGradient, double targetParameterGradient, double prediction) {}
