package io.spillway.sfu.outbound;

/**
 * Running numbers inside payloads and descriptors, or the offsets between two sources' ones: VP8 and VP9 picture id (15 bits), TL0PICIDX (8) and VP8 KEYIDX (5),
 * and the dependency descriptor's frame number (16). They go on without a jump when the source changes (R8, R9, R10).
 */
record PictureNumbers(int pictureId, int tl0PicIdx, int keyIdx, int frameNumber) {

    static final PictureNumbers ZERO = new PictureNumbers(0, 0, 0, 0);

    /** The offsets that make {@code first}, of a new source, follow {@code last}, sent of the old one. */
    static PictureNumbers following(PictureNumbers last, PictureNumbers first) {
        return new PictureNumbers(
                last.pictureId + 1 - first.pictureId,
                last.tl0PicIdx + 1 - first.tl0PicIdx,
                last.keyIdx + 1 - first.keyIdx,
                last.frameNumber + 1 - first.frameNumber);
    }

    /** The numbers a viewer sees. */
    PictureNumbers plus(PictureNumbers offsets) {
        return new PictureNumbers(
                pictureId + offsets.pictureId,
                tl0PicIdx + offsets.tl0PicIdx,
                keyIdx + offsets.keyIdx,
                frameNumber + offsets.frameNumber);
    }

    PictureNumbers minusPictures(int pictures) {
        return new PictureNumbers(pictureId - pictures, tl0PicIdx, keyIdx, frameNumber);
    }

    boolean isZero() {
        return (pictureId | tl0PicIdx | keyIdx | frameNumber) == 0;
    }
}
