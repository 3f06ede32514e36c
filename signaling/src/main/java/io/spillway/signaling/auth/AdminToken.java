package io.spillway.signaling.auth;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Optional;

/** The token that administers: made at first start, kept in a file that its owner can read, never shown elsewhere. */
public final class AdminToken {

    private final Path file;
    private final Key token;

    private AdminToken(Path file, Key token) {
        this.file = file;
        this.token = token;
    }

    /**
     * Reads the token from its file, or makes both.
     *
     * @throws IOException when the file cannot be read or made, or holds no token; the message names it
     */
    public static AdminToken open(Path file, SecureRandom random) throws IOException {
        PrivateFile stored = new PrivateFile(file);
        Optional<byte[]> content = stored.read();
        if (content.isEmpty()) {
            String made = Key.random(random);
            stored.write((made + "\n").getBytes(StandardCharsets.UTF_8));
            return new AdminToken(file, Key.of(made));
        }
        String text = new String(content.get(), StandardCharsets.UTF_8).strip();
        if (!Key.isAllowed(text)) {
            throw new IOException(file + " holds no admin token; write one of at least " + Key.MIN_CHARS
                    + " characters into it, or remove it to have a new one made");
        }
        return new AdminToken(file, Key.of(text));
    }

    /** Where the token is to be found. */
    public Path file() {
        return file;
    }

    boolean is(Key presented) {
        return token.equals(presented);
    }
}
