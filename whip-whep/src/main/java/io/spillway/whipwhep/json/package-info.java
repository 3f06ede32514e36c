/** JSON that clients send, read by Jackson. */
@NullMarked
package io.spillway.whipwhep.json;

import org.jspecify.annotations.NullMarked;
