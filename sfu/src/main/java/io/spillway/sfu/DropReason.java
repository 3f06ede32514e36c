package io.spillway.sfu;

import java.util.Locale;

/** Why a datagram or packet went no further. Each has a counter of the same name. */
public enum DropReason {
    /** First byte belongs to no protocol of RFC 7983. */
    UNKNOWN_PROTOCOL,
    /** No session owns the address, and it is not a STUN check for one. */
    UNKNOWN_ADDRESS,
    MALFORMED_STUN,
    /** The USERNAME names no session. */
    UNKNOWN_UFRAG,
    /** MESSAGE-INTEGRITY is missing or wrong. */
    STUN_INTEGRITY,
    UNEXPECTED_STUN,
    /** DTLS before any valid STUN check from that address. */
    DTLS_BEFORE_ICE,
    MALFORMED_DTLS,
    /** The session's handshake queue is full. */
    DTLS_QUEUE_FULL,
    /** Media before the handshake began, or more of it before it gave keys than is kept until then. */
    SRTP_BEFORE_DTLS,
    SRTP_AUTH,
    SRTP_REPLAY,
    /** Older than the replay window. */
    SRTP_TOO_OLD,
    SRTP_MALFORMED,
    MALFORMED_RTP,
    MALFORMED_RTCP,
    /** More RTCP datagrams than a viewer has reason to send. */
    RTCP_FLOOD,
    /** Transport-wide feedback on packets that were not sent, or long ago. */
    FEEDBACK_ON_UNSENT,
    /** Transport-wide feedback with arrivals that cannot be. */
    FEEDBACK_ABSURD,
    /** REMB of less than audio takes: taken for the least there is. */
    REMB_TOO_LOW,
    /** No m-line claims the SSRC, mid, rid or payload type. */
    UNKNOWN_SSRC,
    UNKNOWN_PAYLOAD_TYPE,
    /** More SSRCs than one session may have. */
    TOO_MANY_SSRCS,
    DUPLICATE,
    /** Sequence jumped farther than a stream can. */
    SEQUENCE_JUMP,
    /** Timestamps changed their base again too soon. */
    TIMESTAMP_JUMP,
    /** Older than what is kept of its layer. */
    TOO_LATE,
    /** Carries padding only: bandwidth probing. */
    PADDING_ONLY,
    MALFORMED_PAYLOAD,
    /** RTX that names no known source. */
    UNKNOWN_RTX,
    /** Viewer is waiting for a keyframe. */
    NOT_A_KEYFRAME,
    /** The viewer did not agree to this codec. */
    CODEC_NOT_AGREED,
    /** Belongs to a layer the viewer is not watching. */
    OTHER_LAYER,
    /** Retransmission asked for is no longer kept. */
    NACK_NOT_KEPT,
    /** Retransmission asked for again too soon or too often. */
    NACK_THROTTLED,
    /** Retransmission budget of the viewer is spent. */
    NACK_OVER_BUDGET,
    KEYFRAME_REQUEST_THROTTLED,
    /** The transport has no selected pair or lost consent. */
    NOT_CONNECTED,
    /** The kernel took no more for so long that what waited longest was given up. */
    SEND_BUFFER_FULL,
    /** A peer by TCP takes less than it is sent, or its connection is closed. */
    STREAM_FULL,
    /** Another media loop did not keep up with what was handed to it. */
    HANDOVER_FULL,
    /** The kernel refused to send to that address: no route, a firewall, a size its path does not take. */
    SEND_REFUSED,
    /** Came while the socket's receive buffer was full; counted by the kernel, read about once a second. */
    RECEIVE_BUFFER_FULL,
    /** Packet larger than {@code MAX_RTP_BYTES}. */
    TOO_LARGE;

    private final String label = name().toLowerCase(Locale.ROOT);

    /** The name as a metric label. */
    public String label() {
        return label;
    }
}
