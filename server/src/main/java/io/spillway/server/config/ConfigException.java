package io.spillway.server.config;

/** A configuration that cannot be used: one line that names the key, the value, what is allowed and how to mend it. Exit code 2. */
public final class ConfigException extends Exception {

    private static final long serialVersionUID = 1L;

    public ConfigException(String sentence) {
        super(sentence);
    }

    /** The one line to print. */
    public String sentence() {
        return String.valueOf(getMessage());
    }
}
