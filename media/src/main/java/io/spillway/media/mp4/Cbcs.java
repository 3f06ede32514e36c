package io.spillway.media.mp4;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Common encryption of a track's samples under one key, scheme {@code cbcs}: AES-128 in CBC, of a slice one block in ten, of a packet of sound every whole block. Each slice and each packet is a chain of its own, begun
 * with the vector that the init segment tells. ISO/IEC 23001-7 §8, §9.4 to §9.6, §10.4. One thread.
 *
 * <pre>
 *   slice   length 4 | NAL header, slice header: the lead | E . . . . . . . . . E . . . . | rest below a block
 *           clear                                         | blocks, E encrypted           | clear
 * </pre>
 */
public final class Cbcs {

    /** Key, key's name, vector and block. */
    public static final int BYTES = 16;

    /** One of ten blocks of a slice. */
    private static final int SLICE_CRYPT_BLOCKS = 1;

    private static final int SLICE_SKIP_BLOCKS = 9;

    /** {@code saiz} has a byte for what {@code senc} says of a sample: 2 and 6 for each piece. */
    static final int MAX_PIECES = 42;

    /** {@code senc} counts clear bytes in two. */
    private static final int MAX_CLEAR_BYTES = 0xFFFF;

    /** {@code schm}: version 1.0. */
    private static final int SCHEME_VERSION = 0x0001_0000;

    private static final int LENGTH_BYTES = 4;

    /**
     * Left clear of a slice from its NAL header on: whoever reads its header before decryption finds it whole. H264 writes lists of references and weights there, 34 bytes with 16 of them as x264 does; H265 also where each row of blocks
     * begins, 67 bytes as x265 does at 1080p.
     */
    private static final int AVC_LEAD_BYTES = 64;

    private static final int HEVC_LEAD_BYTES = 128;

    /** Part of a sample: clear bytes, and behind them such as are encrypted by the pattern. */
    record Piece(int clearBytes, int protectedBytes) {}

    private final boolean sound;
    private final boolean hevc;
    private final byte[] keyId;
    private final byte[] vector;
    private final Cipher cipher;

    /**
     * @param format one that {@link #knows} says yes of
     * @param keyId its name in the init segment, {@value #BYTES} bytes as the others
     */
    public Cbcs(TrackFormat format, byte[] key, byte[] keyId, byte[] vector) {
        if (!knows(format) || key.length != BYTES || keyId.length != BYTES || vector.length != BYTES) {
            throw new IllegalArgumentException(format + " by a key of " + key.length + " bytes");
        }
        this.sound = format instanceof AudioFormat;
        this.hevc = format instanceof VideoFormat video && video.entry().equals("hvc1");
        this.keyId = keyId.clone();
        this.vector = vector.clone();
        try {
            cipher = Cipher.getInstance("AES/CBC/NoPadding");
            cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"), new IvParameterSpec(vector));
        } catch (GeneralSecurityException impossible) {
            // Every Java platform has it.
            throw new IllegalStateException(impossible);
        }
    }

    /** Sound, H264 and H265: what of VP9 and AV1 may be encrypted only a parser of their frames finds. */
    public static boolean knows(TrackFormat format) {
        return switch (format) {
            case AudioFormat _ -> true;
            case VideoFormat video ->
                video.entry().equals("avc1") || video.entry().equals("hvc1");
        };
    }

    /** The sample entry in place of the format's own. */
    String entry() {
        return sound ? "enca" : "encv";
    }

    /** Writes what stands last in that entry: what it would be in the clear, and how it is encrypted. */
    void writeScheme(BoxWriter out, String clearEntry) {
        out.begin("sinf");
        out.begin("frma").ascii(clearEntry).end();
        out.begin("schm", 0, 0).ascii("cbcs").u32(SCHEME_VERSION).end();
        // Version 1 has a pattern; protected; samples have no vectors of their own, but this one.
        out.begin("schi").begin("tenc", 1, 0).u8(0);
        out.u8(sound ? 0 : (SLICE_CRYPT_BLOCKS << 4) | SLICE_SKIP_BLOCKS).u8(1).u8(0);
        out.put(keyId).u8(BYTES).put(vector).end().end();
        out.end();
    }

    /** How a sample is divided; none where it is not: all of its whole blocks are encrypted. */
    List<Piece> pieces(byte[] sample) {
        if (sound) {
            return List.of();
        }
        List<Piece> pieces = new ArrayList<>();
        ByteBuffer in = ByteBuffer.wrap(sample);
        int clearFrom = 0;
        for (int at = 0; at + LENGTH_BYTES < sample.length; ) {
            long length = Integer.toUnsignedLong(in.getInt(at));
            int end = (int) Math.min(sample.length, at + LENGTH_BYTES + length);
            int start = at + LENGTH_BYTES + (hevc ? HEVC_LEAD_BYTES : AVC_LEAD_BYTES);
            if (isSlice(sample[at + LENGTH_BYTES]) && end - start >= BYTES) {
                add(pieces, start - clearFrom, end - start);
                clearFrom = end;
            }
            at = end;
        }
        if (clearFrom < sample.length) {
            add(pieces, sample.length - clearFrom, 0);
        }
        if (pieces.size() > MAX_PIECES) {
            joinLast(pieces);
        }
        return pieces;
    }

    private static void add(List<Piece> pieces, int clearBytes, int protectedBytes) {
        int clear = clearBytes;
        for (; clear > MAX_CLEAR_BYTES; clear -= MAX_CLEAR_BYTES) {
            pieces.add(new Piece(MAX_CLEAR_BYTES, 0));
        }
        pieces.add(new Piece(clear, protectedBytes));
    }

    /** A picture in more slices than can be told: the pattern goes over the last of them, their headers too, rather than leave any clear. */
    private static void joinLast(List<Piece> pieces) {
        List<Piece> last = pieces.subList(MAX_PIECES - 1, pieces.size());
        int clear = last.getFirst().clearBytes();
        int all = last.stream()
                .mapToInt(piece -> piece.clearBytes() + piece.protectedBytes())
                .sum();
        last.clear();
        pieces.add(new Piece(clear, all - clear));
    }

    /** H264: coded slices, of an IDR picture and of others. H265: below 32 are all VCL units. */
    private boolean isSlice(byte header) {
        int type = hevc ? (header >> 1) & 0x3F : header & 0x1F;
        return hevc ? type < 32 : type == 1 || type == 5;
    }

    /** A sample encrypted, as long as before. */
    byte[] encrypt(byte[] sample, List<Piece> pieces) {
        byte[] out = sample.clone();
        if (sound) {
            chain(out, 0, out.length, 1);
            return out;
        }
        int at = 0;
        for (Piece piece : pieces) {
            at += piece.clearBytes();
            chain(out, at, piece.protectedBytes(), SLICE_CRYPT_BLOCKS + SLICE_SKIP_BLOCKS);
            at += piece.protectedBytes();
        }
        return out;
    }

    /** Encrypts the first of each so many whole blocks, where they lie. */
    private void chain(byte[] bytes, int from, int length, int stride) {
        try {
            for (int block = 0; block < length / BYTES; block += stride) {
                int at = from + block * BYTES;
                cipher.update(bytes, at, BYTES, bytes, at);
            }
            // The next chain begins with the vector again.
            cipher.doFinal();
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
