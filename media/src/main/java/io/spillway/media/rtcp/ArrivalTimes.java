package io.spillway.media.rtcp;

/** When the packets of a transport-wide sequence arrived: what {@link RtcpWriter#transportFeedback} reports. */
@FunctionalInterface
public interface ArrivalTimes {

    /** The packet has not arrived. */
    long NOT_RECEIVED = Long.MIN_VALUE;

    /** Monotonic arrival time of the packet with this extended sequence number, or {@link #NOT_RECEIVED}. */
    long arrivalNs(long extendedSequence);
}
