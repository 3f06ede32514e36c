/** {@code /signal}: the sessions of WHIP and WHEP over one WebSocket, as JSON messages; free of any HTTP server. docs/signal.md. */
@NullMarked
package io.spillway.whipwhep.signal;

import org.jspecify.annotations.NullMarked;
