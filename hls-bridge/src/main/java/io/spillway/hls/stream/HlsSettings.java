package io.spillway.hls.stream;

/**
 * How streams are cut and kept.
 *
 * @param partMs what a part lasts at least, where frames come that often
 * @param segmentMs what a segment lasts at least; it ends at the first keyframe after that
 * @param windowMs what a playlist lists
 * @param maxBytes media that one stream may hold in memory
 * @param keyMs how long a key encrypts what is made before another one does
 */
public record HlsSettings(
        int partMs, int segmentMs, int windowMs, long maxBytes, EncryptionMethod encryption, int keyMs) {

    /** {@code EXT-X-TARGETDURATION}, seconds. Blocked requests wait three of them at most, which must stay below the ten seconds that players wait (H25). */
    public static final int TARGET_DURATION_S = 3;

    /** Parts are listed for this long (H7). */
    public static final int PARTS_LISTED_MS = 3 * TARGET_DURATION_S * 1000;

    /** Delta playlists leave out what is older (H3). */
    public static final int SKIP_UNTIL_S = 6 * TARGET_DURATION_S;

    /** No playlist has fewer segments, once there were as many (H11). */
    public static final int MIN_SEGMENTS = 6;

    /** Cut here at the latest, keyframe or not; rounds to the target duration (H2). */
    public static final int MAX_SEGMENT_MS = 3_000;

    public HlsSettings {
        if (partMs < 100 || partMs > 1000 || segmentMs < 500 || segmentMs > 2000 || windowMs < 10_000) {
            throw new IllegalArgumentException("parts of " + partMs + " ms, segments of " + segmentMs
                    + " ms, a window of " + windowMs + " ms; allowed are 100 to 1000, 500 to 2000, and 10000 or more");
        }
    }

    /** Without encryption. */
    public HlsSettings(int partMs, int segmentMs, int windowMs, long maxBytes) {
        this(partMs, segmentMs, windowMs, maxBytes, EncryptionMethod.NONE, 0);
    }

    public boolean isEncrypted() {
        return encryption != EncryptionMethod.NONE;
    }

    /** {@code PART-TARGET} in milliseconds: a part of {@link #partMs} and the frame that goes over it, and no less than 85 % of it (H4). */
    public int partTargetMs() {
        return partMs * 100 / 85;
    }

    /** {@code PART-HOLD-BACK} in milliseconds: how far from the end players are to stay at least (H3). */
    public int partHoldBackMs() {
        return 3 * partTargetMs();
    }
}
