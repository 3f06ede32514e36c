package io.spillway.hls.stream;

/**
 * A partial segment: one CMAF chunk.
 *
 * @param independent begins with a key
 * @param gap nothing is there: what should have filled it did not come
 * @param frames how many
 * @param bytes empty when a gap; never changed
 */
@SuppressWarnings("ArrayRecordComponent") // bytes that nobody changes
public record Part(String uri, long durationTicks, boolean independent, boolean gap, int frames, byte[] bytes) {}
