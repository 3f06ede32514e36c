package io.spillway.media.rtcp;

/** The numbers of RTCP's wire format: packet types, feedback formats, lengths in bytes. RFC 3550 §6, RFC 4585 §6, RFC 5104 §4.3, RFC 3611. */
final class RtcpFormat {

    static final int SENDER_REPORT = 200;
    static final int RECEIVER_REPORT = 201;
    static final int SOURCE_DESCRIPTION = 202;
    static final int GOODBYE = 203;
    static final int TRANSPORT_FEEDBACK = 205;
    static final int PAYLOAD_FEEDBACK = 206;
    static final int EXTENDED_REPORT = 207;

    static final int FORMAT_NACK = 1;
    static final int FORMAT_TRANSPORT_CC = 15;
    static final int FORMAT_PICTURE_LOSS = 1;
    static final int FORMAT_FULL_INTRA = 4;
    static final int FORMAT_APPLICATION = 15;

    static final int SDES_CNAME = 1;
    static final int BLOCK_RECEIVER_REFERENCE_TIME = 4;
    static final int BLOCK_DLRR = 5;

    /** ASCII "REMB": which application feedback it is. draft-alvestrand-rmcat-remb §2.2. */
    static final int REMB_NAME = 0x52454D42;

    static final int HEADER_LENGTH = 4;
    static final int REPORT_BLOCK_LENGTH = 24;

    /** SSRC, NTP, RTP timestamp, packets, octets: a sender report's body before its blocks. */
    static final int SENDER_INFO_LENGTH = 24;

    /** Sender's and media's SSRC: how every feedback body starts. */
    static final int FEEDBACK_SOURCES_LENGTH = 8;

    /** Header, sources, base sequence, status count, reference time and feedback count. */
    static final int TRANSPORT_CC_HEADER_LENGTH = 20;

    /** Statuses in the three kinds of chunk. draft-holmer-rmcat-transport-wide-cc-extensions §3.1.3, §3.1.4. */
    static final int MAX_RUN = 0x1FFF;

    static final int ONE_BIT_STATUSES = 14;
    static final int TWO_BIT_STATUSES = 7;

    static final int NOT_RECEIVED = 0;
    static final int SMALL_DELTA = 1;
    static final int LARGE_DELTA = 2;

    /** 250 µs ticks in one 64 ms unit of the reference time. */
    static final int TICKS_PER_REFERENCE = 256;

    private RtcpFormat() {}
}
