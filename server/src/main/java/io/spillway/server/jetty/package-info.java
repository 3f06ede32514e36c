/** The one HTTP server. */
@NullMarked
package io.spillway.server.jetty;

import org.jspecify.annotations.NullMarked;
