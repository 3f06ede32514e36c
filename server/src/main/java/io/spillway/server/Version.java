package io.spillway.server;

import java.util.Objects;

/** The version of this build. */
final class Version {

    private Version() {}

    /** From the jar's manifest; {@code development} when run from classes. */
    static String current() {
        return Objects.requireNonNullElse(Version.class.getPackage().getImplementationVersion(), "development");
    }
}
