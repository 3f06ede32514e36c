package io.spillway.bench;

import io.spillway.hls.ladder.Picture;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Pictures one after the other, each its three planes without anything between their rows. */
final class RawPictures {

    private RawPictures() {}

    static long bytes(int width, int height) {
        return (long) width * height * 3 / 2;
    }

    /** The picture that stands at {@code number}. */
    static Picture at(MemorySegment all, int number, int width, int height) {
        long luma = all.address() + number * bytes(width, height);
        long pixels = (long) width * height;
        return new Picture(width, height, luma, luma + pixels, luma + pixels * 5 / 4, width, width / 2);
    }

    static void write(OutputStream out, Picture picture) throws IOException {
        int wide = picture.width();
        int high = picture.height();
        write(out, picture.y(), picture.lumaStride(), wide, high);
        write(out, picture.u(), picture.chromaStride(), wide / 2, high / 2);
        write(out, picture.v(), picture.chromaStride(), wide / 2, high / 2);
    }

    @SuppressWarnings("restricted") // a decoder lends its pictures by address
    private static void write(OutputStream out, long address, int stride, int wide, int high) throws IOException {
        // Behind its last row a plane may end.
        MemorySegment plane = MemorySegment.ofAddress(address).reinterpret((long) stride * (high - 1) + wide);
        for (int row = 0; row < high; row++) {
            out.write(plane.asSlice((long) row * stride, wide).toArray(ValueLayout.JAVA_BYTE));
        }
    }
}
