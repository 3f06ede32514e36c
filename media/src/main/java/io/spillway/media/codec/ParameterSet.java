package io.spillway.media.codec;

/** The kinds of H.264 and H.265 NAL units that a decoder needs before a keyframe. H.264 has no VPS. */
public enum ParameterSet {
    VPS,
    SPS,
    PPS
}
