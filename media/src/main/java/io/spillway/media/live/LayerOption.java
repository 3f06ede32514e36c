package io.spillway.media.live;

/**
 * One of the ways to watch a track that can be had now.
 *
 * @param selection what to choose for it; of the most that a layer has, all of the layer
 * @param spatialId the spatial layer shown, 0 the smallest
 * @param temporalId the temporal layer shown, 0 the slowest
 * @param width pixels, 0 while unknown
 * @param height pixels, 0 while unknown
 * @param bitrateBps what it took over the last two seconds, RTP headers included
 * @param targetBps what the publisher says it will take at most, 0 when it does not say
 */
public record LayerOption(
        LayerSelection selection,
        int spatialId,
        int temporalId,
        int width,
        int height,
        long bitrateBps,
        long targetBps) {}
