/** Who may publish, watch and administer, and the keys that prove it. */
@NullMarked
package io.spillway.signaling.auth;

import org.jspecify.annotations.NullMarked;
