package io.spillway.sfu;

import java.util.List;

/** What a session's media came to since it began. Packets and bytes are of RTP, repairs and padding among them. */
public sealed interface SessionFigures {

    /**
     * Of a viewer.
     *
     * @param bytes of payload sent
     * @param freezes how often its picture stood still, as far as what it was sent tells; one that lasts is counted when it ends
     * @param frozenNs how long in all
     */
    record Viewer(ViewerLink link, long packets, long bytes, long freezes, long frozenNs) implements SessionFigures {}

    /**
     * Of a publisher.
     *
     * @param bytes received, headers among them
     */
    record Publisher(long packets, long bytes, List<StreamStatus.Track> tracks) implements SessionFigures {}
}
