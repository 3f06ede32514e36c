package io.spillway.sfu.outbound;

import io.spillway.media.codec.Codec;
import io.spillway.media.codec.ParameterSet;
import io.spillway.media.codec.PayloadInfo;
import io.spillway.media.codec.PayloadParser;
import io.spillway.media.live.ParameterSets;
import io.spillway.media.live.StoredPacket;
import io.spillway.media.rtp.RtpPacket;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Parameter sets put in before a keyframe that comes without them, for browsers decode an IDR only with SPS and PPS of the same timestamp
 * (B6, R11): in one aggregate, or a packet each where that would be too long. Nothing is allocated while the sets stay the same.
 */
final class ParameterSetInsertion {

    private static final Run[] NOTHING = {};

    /** Delimiter, parameter sets, SEI: what may come before a keyframe's first slice. */
    private static final int MAX_PACKETS_BEFORE_SLICE = 16;

    /** Sets that are longer together go one by one. */
    private static final int MAX_AGGREGATE_BYTES = 1_100;

    /** STAP-A with the highest importance, RFC 6184 §5.7.1. */
    private static final int STAP_A = 0x78;

    /** AP of layer 0 and temporal id 0, RFC 7798 §4.4.2. */
    private static final int AGGREGATION_PACKET = 0x6001;

    private final PayloadInfo info;
    private final RtpPacket packet;
    private final StoredPacket stored;
    private Run[] built = NOTHING;
    private ByteBuffer builtFrom = ByteBuffer.allocate(0);
    private @Nullable Run builtFor;

    ParameterSetInsertion(OutboundBuffers buffers) {
        this.info = buffers.nearbyInfo;
        this.packet = buffers.nearbyRtp;
        this.stored = buffers.nearby;
    }

    /**
     * What to send just before a packet; empty when its frame has what it needs, or nothing better is known.
     *
     * @param sequence the packet's, newer than all sent; it starts a keyframe
     */
    Run[] wantedBefore(Run run, long sequence, RtpPacket keyframe) {
        Codec codec = run.codec();
        ParameterSets sets = run.layer().parameterSets();
        if ((codec != Codec.H264 && codec != Codec.H265) || sets.count() == 0) {
            return NOTHING;
        }
        if (!parse(codec, keyframe) || info.hasParameterSets() || hasSetsBefore(run, sequence, keyframe.timestamp())) {
            return NOTHING;
        }
        if (builtFor != run || !isSame(builtFrom, sets)) {
            builtFrom = sized(sets);
            built = build(run, builtFrom, sets);
            builtFor = run;
        }
        return built;
    }

    /** Lets go of what was put together last, and with it of the layer it was for. */
    void forget() {
        built = NOTHING;
        builtFor = null;
    }

    /** An SPS is enough: whoever sends one with the keyframe sends the others too. */
    private boolean hasSetsBefore(Run run, long sequence, int timestamp) {
        for (long at = sequence - 1; at >= sequence - MAX_PACKETS_BEFORE_SLICE; at--) {
            if (!run.layer().history().find(at, stored) || stored.isPadding() || stored.timestamp() != timestamp) {
                return false;
            }
            if (packet.wrap(stored.buffer(), stored.offset(), stored.length()) && parse(run.codec(), packet)) {
                for (int i = 0; i < info.parameterSetCount(); i++) {
                    if (info.parameterSetAt(i) == ParameterSet.SPS) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    private boolean parse(Codec codec, RtpPacket of) {
        return PayloadParser.of(codec).parse(of.buffer(), of.payloadOffset(), of.payloadLength(), info);
    }

    private static Run[] build(Run run, ByteBuffer sized, ParameterSets sets) {
        Codec codec = run.codec();
        if (sized.limit() <= MAX_AGGREGATE_BYTES) {
            int headerBytes = codec == Codec.H265 ? Short.BYTES : Byte.BYTES;
            ByteBuffer payload = ByteBuffer.allocateDirect(headerBytes + sized.limit());
            if (codec == Codec.H265) {
                payload.putShort(0, (short) AGGREGATION_PACKET);
            } else {
                payload.put(0, (byte) STAP_A);
            }
            payload.put(headerBytes, sized, 0, sized.limit());
            return new Run[] {run.inserting(payload)};
        }
        Run[] single = new Run[sets.count()];
        for (int i = 0; i < single.length; i++) {
            ByteBuffer payload = ByteBuffer.allocateDirect(sets.lengthAt(i));
            payload.put(0, sets.buffer(), sets.offsetAt(i), sets.lengthAt(i));
            single[i] = run.inserting(payload);
        }
        return single;
    }

    /** The sets as both aggregates hold them: each behind its size. */
    private static ByteBuffer sized(ParameterSets sets) {
        int total = 0;
        for (int i = 0; i < sets.count(); i++) {
            total += Short.BYTES + sets.lengthAt(i);
        }
        ByteBuffer sized = ByteBuffer.allocateDirect(total);
        int at = 0;
        for (int i = 0; i < sets.count(); i++) {
            sized.putShort(at, (short) sets.lengthAt(i));
            sized.put(at + Short.BYTES, sets.buffer(), sets.offsetAt(i), sets.lengthAt(i));
            at += Short.BYTES + sets.lengthAt(i);
        }
        return sized;
    }

    private static boolean isSame(ByteBuffer sized, ParameterSets sets) {
        int at = 0;
        for (int i = 0; i < sets.count(); i++) {
            int length = sets.lengthAt(i);
            if (at + Short.BYTES + length > sized.limit() || sized.getShort(at) != length) {
                return false;
            }
            at += Short.BYTES;
            for (int j = 0; j < length; j++) {
                if (sized.get(at + j) != sets.buffer().get(sets.offsetAt(i) + j)) {
                    return false;
                }
            }
            at += length;
        }
        return at == sized.limit();
    }
}
