@NullMarked
package io.spillway.sfu.dtls.openssl;

import org.jspecify.annotations.NullMarked;
