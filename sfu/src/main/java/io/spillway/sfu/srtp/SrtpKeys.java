package io.spillway.sfu.srtp;

import java.util.Arrays;
import java.util.Objects;

/** Master key and salt of one direction. The arrays are the owner's; nobody changes them. */
public final class SrtpKeys {

    private final SrtpProfile profile;
    private final byte[] key;
    private final byte[] salt;

    /** @throws IllegalArgumentException when key or salt has not the profile's length */
    public SrtpKeys(SrtpProfile profile, byte[] key, byte[] salt) {
        if (key.length != SrtpProfile.KEY_BYTES || salt.length != profile.saltBytes()) {
            throw new IllegalArgumentException(
                    profile + " with a key of " + key.length + " and a salt of " + salt.length + " bytes");
        }
        this.profile = profile;
        this.key = key.clone();
        this.salt = salt.clone();
    }

    public SrtpProfile profile() {
        return profile;
    }

    /** A copy of the master key. */
    public byte[] key() {
        return key.clone();
    }

    /** A copy of the master salt. */
    public byte[] salt() {
        return salt.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SrtpKeys that
                && profile == that.profile
                && Arrays.equals(key, that.key)
                && Arrays.equals(salt, that.salt);
    }

    @Override
    public int hashCode() {
        return Objects.hash(profile, Arrays.hashCode(key), Arrays.hashCode(salt));
    }

    /** Says the profile only: keys do not belong in logs. */
    @Override
    public String toString() {
        return "SrtpKeys[" + profile + "]";
    }
}
