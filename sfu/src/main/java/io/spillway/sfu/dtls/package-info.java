/** DTLS 1.2 of one session behind a facade that is fed bytes and time; the library blocks on a thread of its own (RFC 6347, RFC 5764). */
@NullMarked
package io.spillway.sfu.dtls;

import org.jspecify.annotations.NullMarked;
