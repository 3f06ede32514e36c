@NullMarked
package io.spillway.sfu.srtp.openssl;

import org.jspecify.annotations.NullMarked;
