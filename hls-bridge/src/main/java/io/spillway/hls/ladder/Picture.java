package io.spillway.hls.ladder;

/**
 * A picture in native memory, 4:2:0 with eight bits a sample. Borrowed: valid until the next call of who gave it.
 *
 * @param width even, in pixels, as is the height
 * @param y address of the luma plane; the chroma planes are half as wide and high
 * @param lumaStride bytes from row to row
 * @param chromaStride bytes from row to row, of both chroma planes
 */
public record Picture(int width, int height, long y, long u, long v, int lumaStride, int chromaStride) {}
