/** YAML by Jackson, and nothing else of it. */
@NullMarked
package io.spillway.server.json;

import org.jspecify.annotations.NullMarked;
