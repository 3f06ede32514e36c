package io.spillway.recorder.journal;

/** Why a journal ended, by the number that stands in it. */
public enum EndReason {
    /** The publisher left and did not come back in time. */
    PUBLISHER_LEFT(1, "publisher-left"),
    /** The server was stopped. */
    SERVER_STOPPED(2, "server-stopped"),
    /** A publisher sends another codec: another recording goes on. */
    CODEC_CHANGED(3, "codec-changed"),
    /** No room on the disk, or less than is to stay free. */
    DISK_FULL(4, "disk-full"),
    /** The disk refused a write. */
    DISK_FAILED(5, "disk-failed"),
    /** The server died; the next start ended the journal behind its last whole entry. */
    RECOVERED(6, "recovered"),
    /** Recordings take as much as they may. */
    QUOTA_REACHED(7, "quota-reached"),
    /** A defect of the recorder, which the log tells. */
    DEFECT(8, "defect");

    private final int code;
    private final String word;

    EndReason(int code, String word) {
        this.code = code;
        this.word = word;
    }

    int code() {
        return code;
    }

    /** As others are told of it. */
    public String word() {
        return word;
    }

    /** The reason of a code; of one that is not known yet {@link #SERVER_STOPPED}, which needs nothing further. */
    static EndReason of(int code) {
        for (EndReason each : values()) {
            if (each.code == code) {
                return each;
            }
        }
        return SERVER_STOPPED;
    }
}
