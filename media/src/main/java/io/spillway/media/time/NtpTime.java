package io.spillway.media.time;

/**
 * NTP time stamps as RTCP carries them: unsigned 32.32 fixed point seconds since 1900, held in a {@code long}. RFC 3550 §4.
 *
 * <p>Differences of two stamps are plain two's complement subtraction and never care for the era.
 */
public final class NtpTime {

    private static final long NANOS_A_SECOND = 1_000_000_000L;

    /** Seconds from 1900-01-01 to 1970-01-01. */
    private static final long UNIX_EPOCH_S = 2_208_988_800L;

    /** Stamps below this many seconds belong to era 1, which begins in February 2036. RFC 4330 §3. */
    private static final long ERA_PIVOT_S = 0x8000_0000L;

    private NtpTime() {}

    /** The stamp of an instant, {@code unixNs} nanoseconds since 1970. */
    public static long fromUnixNs(long unixNs) {
        return fromNs(unixNs) + (UNIX_EPOCH_S << 32);
    }

    /** Nanoseconds since 1970 of a stamp between 1968 and 2104. */
    public static long toUnixNs(long ntp) {
        long seconds = ntp >>> 32;
        long era = seconds < ERA_PIVOT_S ? 1L << 32 : 0;
        return (seconds + era - UNIX_EPOCH_S) * NANOS_A_SECOND + fractionNs(ntp);
    }

    /** A difference of stamps in nanoseconds; exact to 1 ns over ±68 years. */
    public static long toNs(long ntpDifference) {
        return (ntpDifference >> 32) * NANOS_A_SECOND + fractionNs(ntpDifference);
    }

    /** A span of nanoseconds as a difference of stamps. */
    public static long fromNs(long ns) {
        long seconds = Math.floorDiv(ns, NANOS_A_SECOND);
        long restNs = Math.floorMod(ns, NANOS_A_SECOND);
        return (seconds << 32) + ((restNs << 32) + NANOS_A_SECOND / 2) / NANOS_A_SECOND;
    }

    /** The middle 32 bits, as LSR and DLSR count time: 16.16 seconds. RFC 3550 §6.4.1. */
    public static int middle(long ntp) {
        return (int) (ntp >>> 16);
    }

    private static long fractionNs(long ntp) {
        return ((ntp & 0xFFFF_FFFFL) * NANOS_A_SECOND + (1L << 31)) >>> 32;
    }
}
