package io.spillway.sfu.sdp;

/** Text that is no session description: which line, counted from 1, and why. */
final class SdpException extends Exception {

    private static final long serialVersionUID = 1L;

    private final int line;

    SdpException(int line, String reason) {
        super("line " + line + ": " + reason, null, false, false);
        this.line = line;
    }

    /** The offending line, from 1; the line after the last where something is missing. */
    int line() {
        return line;
    }

    /** The line and the reason in one sentence part. */
    String reason() {
        return String.valueOf(getMessage());
    }
}
