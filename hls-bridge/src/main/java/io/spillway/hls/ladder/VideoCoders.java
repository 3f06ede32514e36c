package io.spillway.hls.ladder;

/**
 * What reads and makes pictures on this machine.
 *
 * @param aside run first by each thread that uses them: it lets all others go before it
 */
public record VideoCoders(VideoDecoder.Factory decoder, VideoEncoder.Factory encoder, Runnable aside) {}
