/** Session descriptions: offers parsed, agreed and answered. */
@NullMarked
package io.spillway.sfu.sdp;

import org.jspecify.annotations.NullMarked;
