/** The pages behind Jetty. */
@NullMarked
package io.spillway.web.jetty;

import org.jspecify.annotations.NullMarked;
