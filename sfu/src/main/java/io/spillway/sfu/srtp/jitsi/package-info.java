/** SRTP by jitsi-srtp: works everywhere, needs no native library. */
@NullMarked
package io.spillway.sfu.srtp.jitsi;

import org.jspecify.annotations.NullMarked;
