package io.spillway.media.mp4;

/**
 * One frame of a track.
 *
 * @param data as the container wants it: NAL units after their lengths, a raw AAC or Opus packet; handed over, never changed
 * @param durationTicks in the track's timescale, positive
 * @param sync whether a decoder may start here
 */
@SuppressWarnings("ArrayRecordComponent") // bytes that nobody changes
public record Sample(byte[] data, int durationTicks, boolean sync) {

    public Sample {
        if (durationTicks <= 0) {
            throw new IllegalArgumentException("a sample lasts, but not " + durationTicks + " ticks");
        }
    }
}
