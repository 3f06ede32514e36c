/** From one media loop to another: packets of streams whose viewers are elsewhere, and datagrams that arrive where their session is not. */
@NullMarked
package io.spillway.sfu.crossing;

import org.jspecify.annotations.NullMarked;
