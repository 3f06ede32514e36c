/** OpenSSL's libcrypto as this machine has it; what SRTP and DTLS call in it is theirs. */
@NullMarked
package io.spillway.sfu.openssl;

import org.jspecify.annotations.NullMarked;
