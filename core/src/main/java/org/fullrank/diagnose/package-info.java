/// What an embedding is made of: its spectrum, its rank, the spread of its dimensions.
@NullMarked
package org.fullrank.diagnose;

import org.jspecify.annotations.NullMarked;
