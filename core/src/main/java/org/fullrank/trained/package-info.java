/// What is read back from a run: the trained encoder, its evaluations and diagnoses, pictures, and the replay of a
/// failed run.
@NullMarked
package org.fullrank.trained;

import org.jspecify.annotations.NullMarked;
