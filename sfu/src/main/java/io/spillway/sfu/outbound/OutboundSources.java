package io.spillway.sfu.outbound;

/** Under which SSRCs one m-line is sent, for the whole session (R4). {@code rtxSsrc} is 0 when no RTX was announced. */
public record OutboundSources(int ssrc, int rtxSsrc) {}
