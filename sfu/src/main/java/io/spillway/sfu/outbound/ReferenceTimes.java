package io.spillway.sfu.outbound;

import io.spillway.media.rtcp.RtcpWriter;
import io.spillway.media.time.NtpTime;

/** A viewer's reference times, each answered once: who sends nothing that is reported on learns its round trip from them (R32, RFC 3611 §4.4, §4.5). */
final class ReferenceTimes {

    /** A source a stream, and as many again for those that changed theirs. */
    private static final int MAX_SOURCES = 4;

    private final int[] ssrcs = new int[MAX_SOURCES];
    private final int[] stamps = new int[MAX_SOURCES];
    private final long[] cameNs = new long[MAX_SOURCES];
    private int count;

    /** A source told its clock; of more than there are streams nothing is kept. */
    void onReferenceTime(int ssrc, long ntp, long nowNs) {
        int at = 0;
        while (at < count && ssrcs[at] != ssrc) {
            at++;
        }
        if (at == MAX_SOURCES) {
            return;
        }
        count = Math.max(count, at + 1);
        ssrcs[at] = ssrc;
        stamps[at] = NtpTime.middle(ntp);
        cameNs[at] = nowNs;
    }

    /** Answers all that came since the last time. */
    void answer(RtcpWriter writer, int ownSsrc, long nowNs) {
        for (int i = 0; i < count; i++) {
            int delay = NtpTime.middle(NtpTime.fromNs(nowNs - cameNs[i]));
            writer.dlrr(ownSsrc, ssrcs[i], stamps[i], delay);
        }
        count = 0;
    }
}
