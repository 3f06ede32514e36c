package io.spillway.media.frame;

/**
 * One RTP packet's payload outside the media loop.
 *
 * @param extSeq extended sequence number
 * @param timestamp RTP timestamp
 * @param arrivalNs when it came, by the loop's monotonic clock
 * @param captureNs when its frame was captured, by the same clock, as far as the publisher's reports tell
 * @param startsFrame may be the first packet of its frame
 * @param marker the frame ends here
 * @param colours what its header extension says of them: primaries, transfer, matrix, range and chroma siting, a byte each; 0 without
 * @param payload nobody else's; empty for padding
 */
@SuppressWarnings("ArrayRecordComponent") // bytes that nobody changes
public record Packet(
        long extSeq,
        int timestamp,
        long arrivalNs,
        long captureNs,
        boolean startsFrame,
        boolean marker,
        int colours,
        byte[] payload) {

    /** One that says nothing of colours. */
    Packet(
            long extSeq,
            int timestamp,
            long arrivalNs,
            long captureNs,
            boolean startsFrame,
            boolean marker,
            byte[] payload) {
        this(extSeq, timestamp, arrivalNs, captureNs, startsFrame, marker, 0, payload);
    }

    /** Carried padding only: it fills its sequence number and nothing else. */
    boolean isPadding() {
        return payload.length == 0;
    }
}
