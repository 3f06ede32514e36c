/** DTLS by Bouncy Castle's bctls on its own lightweight ciphers, and on libcrypto's P-256 where it is there. */
@NullMarked
package io.spillway.sfu.dtls.bc;

import org.jspecify.annotations.NullMarked;
