package io.spillway.server;

/** The server cannot start, in one line that says why and what to do. */
final class StartException extends Exception {

    private static final long serialVersionUID = 1L;

    private final int exitCode;

    private StartException(int exitCode, String sentence, Throwable cause) {
        super(sentence, cause);
        this.exitCode = exitCode;
    }

    /** Something the configuration can mend: exit code 2. */
    static StartException configuration(String sentence, Throwable cause) {
        return new StartException(Main.EXIT_CONFIGURATION, sentence, cause);
    }

    /** Anything else: exit code 1. */
    static StartException other(String sentence, Throwable cause) {
        return new StartException(Main.EXIT_OTHER, sentence, cause);
    }

    int exitCode() {
        return exitCode;
    }

    String sentence() {
        return String.valueOf(getMessage());
    }
}
