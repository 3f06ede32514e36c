package io.spillway.recorder;

/** Nothing can be recorded; the sentence says why and what to do. Live streams go on. */
public final class RecorderException extends Exception {

    private static final long serialVersionUID = 1;

    RecorderException(String sentence, Throwable cause) {
        super(sentence, cause);
    }

    public String sentence() {
        return String.valueOf(getMessage());
    }
}
