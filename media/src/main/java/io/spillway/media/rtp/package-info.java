/** RTP: packets in place, header extensions, sequence and timestamp arithmetic, RFC 4588 retransmission. */
@NullMarked
package io.spillway.media.rtp;

import org.jspecify.annotations.NullMarked;
