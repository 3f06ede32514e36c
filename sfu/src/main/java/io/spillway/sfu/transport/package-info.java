/** One session's ICE-lite, DTLS and SRTP over the shared media port. */
@NullMarked
package io.spillway.sfu.transport;

import org.jspecify.annotations.NullMarked;
