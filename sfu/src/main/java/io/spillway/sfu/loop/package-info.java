/** What runs on a media loop, and what a loop offers. */
@NullMarked
package io.spillway.sfu.loop;

import org.jspecify.annotations.NullMarked;
