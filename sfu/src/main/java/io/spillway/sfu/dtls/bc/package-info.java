/** DTLS by Bouncy Castle's bctls on its own lightweight ciphers. */
@NullMarked
package io.spillway.sfu.dtls.bc;

import org.jspecify.annotations.NullMarked;
