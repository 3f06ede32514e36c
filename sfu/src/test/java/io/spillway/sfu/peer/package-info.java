/** The other side of a session, for tests and load generators: ICE controlling, DTLS in either role, SRTP. */
@NullMarked
package io.spillway.sfu.peer;

import org.jspecify.annotations.NullMarked;
