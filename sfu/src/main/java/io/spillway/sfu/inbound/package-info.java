/** The publisher's side above the transport: sources bound, losses repaired, keyframes asked for, reports given. */
@NullMarked
package io.spillway.sfu.inbound;

import org.jspecify.annotations.NullMarked;
