/** SRTP and SRTCP for one session: profiles, keys, indices, replay windows, and the port behind which a provider encrypts (RFC 3711, RFC 7714). */
@NullMarked
package io.spillway.sfu.srtp;

import org.jspecify.annotations.NullMarked;
