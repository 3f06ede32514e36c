package io.spillway.signaling.api;

/** How this server gives streams out beside WHEP. */
public record Playback(boolean hls, boolean dash) {}
