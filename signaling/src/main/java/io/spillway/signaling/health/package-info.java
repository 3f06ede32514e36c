/** Whether the server can take new sessions, and why not. */
@NullMarked
package io.spillway.signaling.health;

import org.jspecify.annotations.NullMarked;
