package io.spillway.sfu;

/**
 * A viewer's network and what it gets over it, as they stood at one moment.
 *
 * @param estimateBps bits a second that the network is believed to carry, all of RTP counted
 * @param measured whether that rests on what the viewer told of packets
 * @param lossFraction share of packets lost lately, 0..1, before repair
 * @param rttNs round-trip time, 0 while unknown
 * @param rid the simulcast encoding sent, empty without simulcast and while no video is sent
 * @param width pixels of the picture sent, of the spatial layer where the encoding has several; 0 while unknown
 * @param height pixels of the picture sent, 0 while unknown
 * @param videoBps what that encoding takes, or those of its layers that are sent; 0 while unknown
 * @param paused whether no picture is sent because the network does not carry the least there is: sound only
 * @param probeBytes sent so far for nothing but probing
 */
public record ViewerLink(
        long estimateBps,
        boolean measured,
        double lossFraction,
        long rttNs,
        String rid,
        int width,
        int height,
        long videoBps,
        boolean paused,
        long probeBytes) {}
