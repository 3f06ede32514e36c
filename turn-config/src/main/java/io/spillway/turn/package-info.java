/** ICE server list, TURN REST credentials, coturn configuration. */
@NullMarked
package io.spillway.turn;

import org.jspecify.annotations.NullMarked;
