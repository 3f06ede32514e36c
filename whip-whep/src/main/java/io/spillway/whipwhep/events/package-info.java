/** What viewers are told of their stream while they watch: the server-sent events extension of WHEP, free of any HTTP server. */
@NullMarked
package io.spillway.whipwhep.events;

import org.jspecify.annotations.NullMarked;
