/** How much a viewer's network carries, learnt from what was sent and what its RTCP says of it. Sans-IO; knows bytes and times, not media. */
@NullMarked
package io.spillway.sfu.congestion;

import org.jspecify.annotations.NullMarked;
