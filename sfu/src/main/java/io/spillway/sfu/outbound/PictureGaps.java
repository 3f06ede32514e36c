package io.spillway.sfu.outbound;

/**
 * How many VP8 pictures of a run were left out before each of its pictures: what their ids are lowered by, so that they go on without a gap (R8). Picture ids of 7 or 15 bits, told
 * apart over a few hundred pictures.
 */
final class PictureGaps {

    /** Every second picture left out makes a range each: eight seconds at 60 pictures a second, far beyond what viewers ask again for. Power of two. */
    private static final int RANGES = 256;

    private final long[] starts = new long[RANGES];
    private final int[] gaps = new int[RANGES];
    private final int spareBits;
    private int newest;
    private int count;
    private long newestPicture;
    private int newestId;

    /** @param bits how wide the ids are, 7 or 15; {@code firstId} is the run's first */
    PictureGaps(int bits, int firstId) {
        this.spareBits = Integer.SIZE - bits;
        this.newestId = firstId;
    }

    /** Leaves a picture out, newer than all left out before. */
    void leaveOut(int id) {
        long picture = pictureOf(id);
        int all = count == 0 ? 0 : gaps[newest];
        if (count > 0 && starts[newest] == picture) {
            gaps[newest] = all + 1;
            starts[newest] = picture + 1;
            return;
        }
        newest = (newest + 1) & (RANGES - 1);
        starts[newest] = picture + 1;
        gaps[newest] = all + 1;
        count = Math.min(count + 1, RANGES);
    }

    /** How many pictures were left out before one. */
    int before(int id) {
        long picture = pictureOf(id);
        int oldest = 0;
        for (int i = 0; i < count; i++) {
            int range = (newest - i) & (RANGES - 1);
            if (picture >= starts[range]) {
                return gaps[range];
            }
            oldest = gaps[range] - 1;
        }
        return count < RANGES ? 0 : oldest;
    }

    private long pictureOf(int id) {
        int step = (id - newestId) << spareBits >> spareBits;
        long picture = newestPicture + step;
        if (step > 0) {
            newestPicture = picture;
            newestId = id;
        }
        return picture;
    }
}
