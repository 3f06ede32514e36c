package io.spillway.recorder;

/**
 * What recordings may take.
 *
 * @param allBytes of all of them; 0 is no bound
 * @param streamBytes of one stream's; 0 is no bound
 * @param freeBytes that stay free on the disk
 * @param days that recordings are kept; 0 is for ever
 * @param oldestGoes whether the oldest recordings are removed for new ones; else nothing more is recorded
 */
public record SpaceLimits(long allBytes, long streamBytes, long freeBytes, int days, boolean oldestGoes) {

    /** Until the disk is full. */
    public static final SpaceLimits NONE = new SpaceLimits(0, 0, 0, 0, false);
}
