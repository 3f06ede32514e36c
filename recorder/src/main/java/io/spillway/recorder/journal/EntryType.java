package io.spillway.recorder.journal;

/** What an entry tells, by the number that stands in it. Numbers are never used again for anything else. */
public enum EntryType {
    /** The journal begins: whose, when by the wall clock. */
    BEGAN(1),
    /** A publisher's packets follow: its layers and what they are. The number of a layer is its place in the newest of these. */
    SOURCE(2),
    /** An RTP packet came. */
    PACKET(3),
    /** When what a layer's timestamps count was captured. */
    CLOCK(4),
    /** Packets came and could not be kept. */
    LOST(5),
    /** The publisher left; another may come. */
    LEFT(6),
    /** The journal ends. */
    ENDED(7);

    private static final EntryType[] ALL = values();

    private final int code;

    EntryType(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }

    /** The type of a code below {@link #known}. */
    static EntryType of(int code) {
        return ALL[code - 1];
    }

    static boolean known(int code) {
        return code >= 1 && code <= ALL.length;
    }
}
