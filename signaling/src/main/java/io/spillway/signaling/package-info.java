/** The control plane: REST, authentication, health, metrics. */
@NullMarked
package io.spillway.signaling;

import org.jspecify.annotations.NullMarked;
