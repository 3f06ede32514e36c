/** The handshake's elliptic curve by OpenSSL's libcrypto, called through java.lang.foreign. */
@NullMarked
package io.spillway.sfu.dtls.openssl;

import org.jspecify.annotations.NullMarked;
