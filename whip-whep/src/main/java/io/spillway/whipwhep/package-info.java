/** WHIP (RFC 9725) and WHEP as HTTP resources. */
@NullMarked
package io.spillway.whipwhep;

import org.jspecify.annotations.NullMarked;
