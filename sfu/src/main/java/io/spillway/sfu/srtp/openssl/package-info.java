/** SRTP on OpenSSL's libcrypto, called through java.lang.foreign: one key schedule a session, no allocation and no copy of the payload a packet. */
@NullMarked
package io.spillway.sfu.srtp.openssl;

import org.jspecify.annotations.NullMarked;
