/** Log output by Logback, and nothing else of it. */
@NullMarked
package io.spillway.server.logback;

import org.jspecify.annotations.NullMarked;
