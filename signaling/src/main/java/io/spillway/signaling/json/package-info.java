/** JSON in and out: the only place of this room that knows Jackson. */
@NullMarked
package io.spillway.signaling.json;

import org.jspecify.annotations.NullMarked;
