/** ICE over TCP: clients whose network blocks UDP come to the media port's number by a connection each. */
@NullMarked
package io.spillway.sfu.tcp;

import org.jspecify.annotations.NullMarked;
