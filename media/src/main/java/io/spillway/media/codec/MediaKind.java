package io.spillway.media.codec;

/** The two kinds of media a stream carries. */
public enum MediaKind {
    AUDIO,
    VIDEO
}
