package io.spillway.sfu;

/** A request that cannot be served: an HTTP status, a stable problem type, and a sentence a person can act on. */
public final class Rejected extends Exception {

    private static final long serialVersionUID = 1L;

    private final int status;
    private final String type;
    private final int retryAfterSeconds;

    /**
     * @param status HTTP status the refusal maps to, 400..599
     * @param type stable kebab-case name, the last part of the RFC 9457 {@code type}
     * @param sentence what was wrong, with which value, what is allowed and what to do
     */
    public Rejected(int status, String type, String sentence) {
        this(status, type, sentence, 0);
    }

    /** @param retryAfterSeconds when to try again; 0 says nothing of it */
    public Rejected(int status, String type, String sentence, int retryAfterSeconds) {
        super(sentence, null, false, false);
        this.status = status;
        this.type = type;
        this.retryAfterSeconds = retryAfterSeconds;
    }

    public int status() {
        return status;
    }

    public String type() {
        return type;
    }

    public String sentence() {
        return String.valueOf(getMessage());
    }

    /** Seconds after which the same request may succeed; 0 when unknown. */
    public int retryAfterSeconds() {
        return retryAfterSeconds;
    }
}
