/** Main, configuration and wiring: the only room that sees all others. */
@NullMarked
package io.spillway.server;

import org.jspecify.annotations.NullMarked;
