/** The control plane's resources, without a server: a call in, an answer out. */
@NullMarked
package io.spillway.signaling.api;

import org.jspecify.annotations.NullMarked;
