/** Configuration: every key with its type, range and default, from file and environment. */
@NullMarked
package io.spillway.server.config;

import org.jspecify.annotations.NullMarked;
