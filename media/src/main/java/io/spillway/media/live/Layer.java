package io.spillway.media.live;

import io.spillway.media.codec.Codec;
import io.spillway.media.codec.DependencyReader;
import io.spillway.media.codec.MediaKind;
import io.spillway.media.codec.PayloadInfo;
import io.spillway.media.rtp.HeaderExtension;
import io.spillway.media.rtp.RtpPacket;
import io.spillway.media.rtp.VideoLayersAllocation;
import io.spillway.media.time.SenderClock;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One encoding of a track: its packets under extended sequence numbers, the newest GOP, what was measured of it, and its readers. Packets are
 * stored and handed on in order of arrival, repaired ones as soon as they come. Owned by one loop; only {@link #history} may be read by others.
 */
public final class Layer {

    /** Bursts are handed over at this size even when more is to come: what is kept parsed, and what stays in a core's cache while one viewer after another gets it. */
    private static final int MAX_BURST = ParsedPackets.PACKETS;

    /** A layer silent for this long is inactive (R41): above the 400 ms of Opus DTX and one slow video frame. */
    private static final long INACTIVE_AFTER_NS = 1_500_000_000L;

    /** Packets of a layer that was announced silent may be under way this long. */
    private static final long UNDER_WAY_NS = 300_000_000L;

    private static final LayerSubscriber[] NOBODY = {};

    private final String rid;
    private final PacketHistory history;
    private final ParsedPackets packets;
    private final NewestGop gop;
    private final SenderClock clock;
    private final KeyframeListener publisher;
    private final ParameterSets parameterSets = new ParameterSets();
    private final RateMeter meter = new RateMeter();
    private final long[] burst = new long[MAX_BURST];

    private Format format;
    private int allocationId;
    private int descriptorId;
    private @Nullable DependencyReader descriptors;
    private @Nullable InnerLayers inner;
    private @Nullable Allocations allocations;
    private LayerSubscriber[] subscribers = NOBODY;
    private int burstCount;
    private int epoch;
    private long highest = NewestGop.NONE;
    private int highestTimestamp;
    private boolean arrived;
    private long lastArrivalNs;

    /** When the newest packet came that was no padding. */
    private long lastMediaNs;

    private int width;
    private int height;
    private long targetBps;
    private boolean silenced;
    private long silencedNs;

    /** @param rid the publisher's name for the layer, empty without simulcast */
    public Layer(String rid, Format format, HistoryBounds bounds, SenderClock clock, KeyframeListener publisher) {
        this.rid = rid;
        this.format = format;
        this.allocationId = idOf(HeaderExtension.VIDEO_LAYERS_ALLOCATION, format);
        this.descriptorId = descriptorIdOf(format);
        this.history = new PacketHistory(bounds);
        this.packets = new ParsedPackets(history);
        this.gop = new NewestGop(history);
        this.clock = clock;
        this.publisher = publisher;
    }

    // What readers see

    public String rid() {
        return rid;
    }

    /** What the payloads are now; a publisher may change it, and {@link #epoch} with it. */
    public Format format() {
        return format;
    }

    public Codec codec() {
        return format.codec();
    }

    public PacketHistory history() {
        return history;
    }

    /** The history's packets with their headers read; the layer's loop only. */
    public ParsedPackets packets() {
        return packets;
    }

    public SenderClock clock() {
        return clock;
    }

    /** Counts breaks: after one, codec, timestamps or encoder may have changed, and a reader starts over at a keyframe. */
    public int epoch() {
        return epoch;
    }

    /** Highest extended sequence number so far, -1 before the first packet. */
    public long highestSequence() {
        return highest;
    }

    /**
     * First packet of the newest keyframe's frame, from which a new viewer may start; -1 when there is none: before the first keyframe, after the
     * GOP outgrew the history ({@link #gopOverflows}), and always for audio, which starts anywhere.
     */
    public long gopStart() {
        return gop.start();
    }

    /** Bytes from {@link #gopStart} on. */
    public long gopBytes() {
        return gop.bytes();
    }

    /** Packets from {@link #gopStart} on. */
    public int gopPackets() {
        return gop.packets();
    }

    /** GOPs given up because they outgrew the history's bound. */
    public long gopOverflows() {
        return gop.overflows();
    }

    /** The newest parameter sets, for a keyframe that lacks them (R11). */
    public ParameterSets parameterSets() {
        return parameterSets;
    }

    /** Picture width in pixels, 0 while unknown. */
    public int width() {
        return width;
    }

    /** Picture height in pixels, 0 while unknown. */
    public int height() {
        return height;
    }

    public long bitrateBps(long nowNs) {
        return meter.bitsPerSecond(nowNs);
    }

    public double framesPerSecond(long nowNs) {
        return meter.framesPerSecond(nowNs);
    }

    /** What the publisher says it spends on the layer at most, 0 when it does not say. */
    public long targetBps() {
        return targetBps;
    }

    /** Time between keyframes, 0 while unknown. */
    public long keyframeIntervalNs(long nowNs) {
        return gop.intervalNs(nowNs);
    }

    /** Whether packets with media still come, and the publisher has not said that it stopped sending them (R41). */
    public boolean isActive(long nowNs) {
        boolean stopped = silenced && lastMediaNs - silencedNs < UNDER_WAY_NS;
        return arrived && !stopped && nowNs - lastMediaNs < INACTIVE_AFTER_NS;
    }

    /** When the newest packet came; meaningless before the first. */
    public long lastArrivalNs() {
        return lastArrivalNs;
    }

    /** Whether it has been seen to consist of spatial or temporal layers. */
    public boolean isScalable() {
        return inner != null;
    }

    /** What it consists of; null when of nothing smaller. */
    @Nullable
    InnerLayers inner() {
        return inner;
    }

    /** Asks the publisher for a keyframe; harmless to repeat. */
    public void requestKeyframe(long nowNs) {
        if (format.kind() == MediaKind.VIDEO) {
            publisher.onKeyframeWanted(this, nowNs);
        }
    }

    public void subscribe(LayerSubscriber subscriber) {
        LayerSubscriber[] more = Arrays.copyOf(subscribers, subscribers.length + 1);
        more[subscribers.length] = subscriber;
        subscribers = more;
    }

    @SuppressWarnings("ReferenceEquality") // a subscription belongs to one object
    public void unsubscribe(LayerSubscriber subscriber) {
        subscribers = Arrays.stream(subscribers).filter(s -> s != subscriber).toArray(LayerSubscriber[]::new);
    }

    // What the publisher's side does

    /** Stores one RTP packet with media, of which {@code info} tells; readers get it with the next {@link #flush}. */
    public void append(RtpPacket packet, long extSeq, long arrivalNs, PayloadInfo info) {
        int timestamp = packet.timestamp();
        boolean late = extSeq <= highest;
        if (!late) {
            clock.onPacket(timestamp, arrivalNs);
        }
        meter.add(packet.length(), !late && (!arrived || timestamp != highestTimestamp), arrivalNs);
        if (descriptorId > 0) {
            readDescriptor(packet, info);
        }
        int flags = StoredPacket.flagsOf(info) | (late ? StoredPacket.LATE : 0);
        history.append(extSeq, arrivalNs, flags, packet.buffer(), packet.offset(), packet.length());
        if (!late) {
            highest = extSeq;
            highestTimestamp = timestamp;
        }
        arrived = true;
        lastArrivalNs = arrivalNs;
        lastMediaNs = arrivalNs;
        if (format.kind() == MediaKind.VIDEO) {
            notePicture(packet, extSeq, arrivalNs, info);
        }
        hand(extSeq, arrivalNs);
        Allocations announced = allocations;
        if (announced != null && !late && allocationId > 0 && packet.extensionLength(allocationId) > 0) {
            announced.onElement(this, packet, allocationId, arrivalNs);
        }
    }

    /** Marks a sequence number that carried padding only, so that readers close the gap (R4). */
    public void skipPadding(long extSeq, long arrivalNs) {
        boolean late = extSeq <= highest;
        history.appendPadding(extSeq, arrivalNs, late ? StoredPacket.LATE : 0);
        if (!late) {
            highest = extSeq;
        }
        lastArrivalNs = arrivalNs;
        hand(extSeq, arrivalNs);
    }

    /** Hands what came since the last call to the readers. */
    public void flush(long nowNs) {
        int count = burstCount;
        if (count == 0) {
            return;
        }
        burstCount = 0;
        for (LayerSubscriber subscriber : subscribers) {
            try {
                subscriber.onBurst(this, burst, count, nowNs);
            } catch (RuntimeException defect) {
                // This is the publisher's turn: a reader's defect must end neither it nor the other readers.
                subscriber.onDefect(defect, nowNs);
            }
        }
    }

    /** Breaks with what came before: another codec, encoder or timestamp base. Sequence numbers go on growing. */
    public void restart(Format newFormat, long nowNs) {
        flush(nowNs);
        format = newFormat;
        allocationId = idOf(HeaderExtension.VIDEO_LAYERS_ALLOCATION, newFormat);
        descriptorId = descriptorIdOf(newFormat);
        descriptors = null;
        inner = null;
        epoch++;
        gop.clear();
        clock.reset();
        parameterSets.clear();
        width = 0;
        height = 0;
    }

    /** Takes over what is known of the pictures beside their packets, as a copy of another loop's layer must. */
    void knowPictures(ParameterSets sets, int pictureWidth, int pictureHeight) {
        parameterSets.copyFrom(sets);
        width = pictureWidth;
        height = pictureHeight;
    }

    /** Makes the layer one of a track, whose announcements it finds in its packets from now on. */
    void announceTo(Allocations ofTrack) {
        allocations = ofTrack;
    }

    /** The publisher announced what it sends; {@code stream} is this layer among it, of no meaning when nothing is sent. */
    void onAllocation(VideoLayersAllocation allocation, int stream, long nowNs) {
        silenced = allocation.streamCount() <= stream || allocation.streamCount() == 0 || !allocation.isActive(stream);
        if (silenced) {
            silencedNs = nowNs;
            targetBps = 0;
            return;
        }
        InnerLayers layered = inner;
        if (layered != null) {
            layered.onAllocation(allocation, stream);
        }
        for (int spatial = 0; spatial < VideoLayersAllocation.MAX_SPATIAL_LAYERS; spatial++) {
            if (allocation.isActive(stream, spatial)) {
                targetBps = allocation.bitrateBps(stream, spatial, allocation.temporalLayers(stream, spatial) - 1);
            }
        }
    }

    private static int idOf(HeaderExtension extension, Format of) {
        return of.extensionIds().getOrDefault(extension.uri(), 0);
    }

    /** VP8 and VP9 say in their payloads what the descriptor would. */
    private static int descriptorIdOf(Format of) {
        boolean said = of.codec() == Codec.VP8 || of.codec() == Codec.VP9;
        return said ? 0 : idOf(HeaderExtension.DEPENDENCY_DESCRIPTOR, of);
    }

    private void readDescriptor(RtpPacket packet, PayloadInfo info) {
        int length = packet.extensionLength(descriptorId);
        if (length <= 0) {
            return;
        }
        DependencyReader reader = descriptors;
        if (reader == null) {
            reader = new DependencyReader();
            descriptors = reader;
        }
        reader.read(packet.buffer(), packet.extensionOffset(descriptorId), length, info);
    }

    private void notePicture(RtpPacket packet, long extSeq, long arrivalNs, PayloadInfo info) {
        InnerLayers layered = inner;
        boolean severalIn = info.temporalId() > 0 || info.spatialId() > 0 || info.spatialSizes() > 1;
        if (layered == null && severalIn) {
            layered = new InnerLayers();
            inner = layered;
        }
        if (layered != null) {
            layered.onPacket(info, packet.length(), arrivalNs);
        }
        if (info.hasParameterSets()) {
            parameterSets.remember(packet.buffer(), packet.timestamp(), info);
        }
        if (info.width() > 0) {
            width = info.width();
            height = info.height();
        }
        gop.onPacket(extSeq, packet.timestamp(), packet.length(), info.startsKeyframe(), arrivalNs, highest);
    }

    private void hand(long extSeq, long nowNs) {
        burst[burstCount++] = extSeq;
        if (burstCount == MAX_BURST) {
            flush(nowNs);
        }
    }
}
