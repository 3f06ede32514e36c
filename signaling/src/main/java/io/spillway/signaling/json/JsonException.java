package io.spillway.signaling.json;

/** A document that is not the JSON expected. The message says where and what is allowed, and quotes no value: it may be a secret. */
public final class JsonException extends Exception {

    private static final long serialVersionUID = 1L;

    JsonException(String message) {
        super(message, null, false, false);
    }

    /** What is wrong, as a sentence without its full stop. */
    public String sentence() {
        return String.valueOf(getMessage());
    }
}
