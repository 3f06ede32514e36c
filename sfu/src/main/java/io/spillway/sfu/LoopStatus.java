package io.spillway.sfu;

/**
 * How a media loop is doing.
 *
 * @param busyPercent share of the last second that its turns took, 0 to 100
 * @param longestTurnNs the longest turn that ended within the last second
 * @param shedding what it leaves undone
 */
public record LoopStatus(int busyPercent, long longestTurnNs, Shedding shedding) {}
