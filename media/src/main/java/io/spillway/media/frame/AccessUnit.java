package io.spillway.media.frame;

import io.spillway.media.mp4.TrackFormat;
import org.jspecify.annotations.Nullable;

/**
 * One whole frame, as its container wants it.
 *
 * @param ticks extended RTP timestamp
 * @param captureNs when it was captured, by our monotonic clock
 * @param arrivalNs when its last packet came
 * @param key whether a decoder may start here; of audio always
 * @param format what it and those after it are, at each key of a video; null otherwise
 * @param data NAL units after their lengths, a VP8 frame, or an Opus packet; nobody else's
 */
@SuppressWarnings("ArrayRecordComponent") // bytes that nobody changes
public record AccessUnit(
        long ticks,
        long captureNs,
        long arrivalNs,
        boolean key,
        @Nullable TrackFormat format,
        byte[] data) {}
