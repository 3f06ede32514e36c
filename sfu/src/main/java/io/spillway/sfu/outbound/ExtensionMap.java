package io.spillway.sfu.outbound;

import io.spillway.media.rtp.HeaderExtension;
import io.spillway.media.rtp.RtpPacket;
import java.util.List;
import java.util.Map;

/**
 * Which of a publisher's RTP header extensions a viewer gets, and under which id: those about the media that the viewer agreed to (B3). What
 * concerns one transport or one sender's naming (MID, RID, send times, transport-wide numbers) is never passed on.
 */
final class ExtensionMap {

    private static final List<HeaderExtension> PASSED = List.of(
            HeaderExtension.AUDIO_LEVEL,
            HeaderExtension.VIDEO_ORIENTATION,
            HeaderExtension.VIDEO_CONTENT_TYPE,
            HeaderExtension.ABS_CAPTURE_TIME,
            HeaderExtension.COLOR_SPACE,
            HeaderExtension.DEPENDENCY_DESCRIPTOR);

    /** Ids are one byte at most, RFC 8285 §4.3. */
    private static final int IDS = 256;

    private final byte[] viewerIds = new byte[IDS];
    private final int dependencyDescriptorId;
    private final long passedMask;

    /** Both maps: extension URI to id, 1..255. */
    ExtensionMap(Map<String, Integer> publisher, Map<String, Integer> viewer) {
        int descriptorId = 0;
        long mask = 0;
        for (HeaderExtension extension : PASSED) {
            int from = publisher.getOrDefault(extension.uri(), 0);
            int to = viewer.getOrDefault(extension.uri(), 0);
            if (from <= 0 || from >= IDS || to <= 0 || to >= IDS) {
                continue;
            }
            viewerIds[from] = (byte) to;
            mask |= RtpPacket.maskOf(from);
            if (extension == HeaderExtension.DEPENDENCY_DESCRIPTOR) {
                descriptorId = from;
            }
        }
        dependencyDescriptorId = descriptorId;
        passedMask = mask;
    }

    /** Whether any element of a packet may be passed on. */
    boolean mayPassOf(RtpPacket packet) {
        return (packet.extensionMask() & passedMask) != 0;
    }

    /** The viewer's id of a publisher's extension, or 0 when it is not passed on. */
    int viewerId(int publisherId) {
        return viewerIds[publisherId] & 0xFF;
    }

    /** The publisher's id of the dependency descriptor, or 0 when it is not passed on. */
    int dependencyDescriptorId() {
        return dependencyDescriptorId;
    }
}
