/// Uses of a trained run: its encoder, evaluations, diagnoses and pictures, and the replay of a failed run.
@NullMarked
package org.fullrank.trained;

import org.jspecify.annotations.NullMarked;
