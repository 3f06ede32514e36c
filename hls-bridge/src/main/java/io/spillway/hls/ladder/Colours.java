package io.spillway.hls.ladder;

/**
 * What the numbers of a picture mean, by the code points of ISO/IEC 23091-2.
 *
 * @param fullRange whether they go from 0 to 255, not from 16 to 235
 */
public record Colours(int primaries, int transfer, int matrix, boolean fullRange) {

    private static final int UNSPECIFIED = 2;

    /** Whether anything is said: without, players guess by the size, as they do of the source. */
    public boolean isKnown() {
        return fullRange || primaries != UNSPECIFIED || transfer != UNSPECIFIED || matrix != UNSPECIFIED;
    }
}
