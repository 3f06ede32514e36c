/** Files made of journals. */
@NullMarked
package io.spillway.recorder.mux;

import org.jspecify.annotations.NullMarked;
