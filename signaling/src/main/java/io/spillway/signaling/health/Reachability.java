package io.spillway.signaling.health;

import java.util.List;

/**
 * How the server believes it can be reached.
 *
 * @param version of Spillway
 * @param whipUrl what to type into an encoder on another machine; empty when unknown
 * @param mediaAddresses the candidates announced to every session, {@code host:port}
 * @param warnings what will keep someone from connecting, a sentence each
 */
public record Reachability(String version, String whipUrl, List<String> mediaAddresses, List<String> warnings) {

    public Reachability {
        mediaAddresses = List.copyOf(mediaAddresses);
        warnings = List.copyOf(warnings);
    }
}
