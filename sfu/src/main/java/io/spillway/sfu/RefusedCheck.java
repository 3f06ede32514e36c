package io.spillway.sfu;

/**
 * An ICE check that named a session and was refused.
 *
 * @param from {@code address:port} by UDP, {@code address:port/tcp} by TCP
 */
public record RefusedCheck(DropReason why, String from) {}
