package io.spillway.sfu.session;

import java.net.InetAddress;
import java.util.List;
import java.util.function.Supplier;

/**
 * What an operator chooses.
 *
 * @param addresses announced to every client beside the one it used, the best first; asked a session, so that they may change
 * @param replacePublisher whether a second publisher takes the stream over, or is refused with 409 (W21)
 * @param maxSessions publishers and viewers together (X9)
 * @param maxViewersPerStream viewers of one stream (X9)
 * @param startBps what a viewer's network is believed to carry before anything is known, bit/s (R37)
 * @param loopBusyPercent a loop busy so much of the time is overloaded (W22), 50 to 100; 100 never is
 * @param mediaTcp whether the media port takes connections too (ICE-TCP)
 */
public record SfuSettings(
        Supplier<List<InetAddress>> addresses,
        boolean replacePublisher,
        int maxSessions,
        int maxViewersPerStream,
        long startBps,
        int loopBusyPercent,
        boolean mediaTcp) {}
