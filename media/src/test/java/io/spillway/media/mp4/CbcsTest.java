package io.spillway.media.mp4;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.spillway.media.mp4.Cbcs.Piece;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

/** ISO/IEC 23001-7: boxes byte by byte, and samples decrypted by what the boxes say. */
class CbcsTest {

    private static final byte[] KEY = hex("000102030405060708090a0b0c0d0e0f");
    private static final byte[] ID = hex("101112131415161718191a1b1c1d1e1f");
    private static final byte[] VECTOR = hex("202122232425262728292a2b2c2d2e2f");

    private static final VideoFormat AVC = new VideoFormat("avc1", 320, 180, "avc1.42c01e", "avcC", new byte[] {1});
    private static final VideoFormat HEVC = new VideoFormat("hvc1", 320, 180, "hvc1.1", "hvcC", new byte[] {1});
    private static final AudioFormat AAC = AudioFormat.aac(2, 48_000, new byte[] {0x11, (byte) 0x90});
    private static final AudioFormat OPUS = AudioFormat.opus(2, 0);

    private final Random random = new Random(7);

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text.replace(" ", ""));
    }

    private static Cbcs cbcs(TrackFormat format) {
        return new Cbcs(format, KEY, ID, VECTOR);
    }

    private static String hex(Boxes box) {
        byte[] bytes = new byte[box.length()];
        box.file().get(box.offset(), bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /** A NAL unit after its length; {@code bytes} with its header. */
    private byte[] unit(int header, int bytes) {
        byte[] unit = new byte[4 + bytes];
        random.nextBytes(unit);
        ByteBuffer.wrap(unit).putInt(bytes).put((byte) header);
        return unit;
    }

    private static byte[] join(byte[]... all) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] each : all) {
            out.writeBytes(each);
        }
        return out.toByteArray();
    }

    private static String ascii(String text) {
        return HexFormat.of().formatHex(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    @Test
    void shouldSayInTheSampleEntryHowSamplesAreEncrypted() {
        List<TrackFormat> formats = List.of(AVC, HEVC, AAC, OPUS);
        List<String> entries = List.of("avc1", "hvc1", "mp4a", "Opus");
        for (int i = 0; i < formats.size(); i++) {
            boolean sound = i > 1;
            byte[] bytes = InitSegment.write(formats.get(i), 0, cbcs(formats.get(i)));
            Boxes stsd = Boxes.read(bytes).at("moov/trak/mdia/minf/stbl/stsd");
            String all = hex(stsd);
            assertEquals(ascii(sound ? "enca" : "encv"), all.substring(40, 48));
            assertEquals(stsd.length() - 16, stsd.u32(8), "one entry, up to the end");
            // tenc of version 1: nothing, one block and nine or no pattern, protected, no vectors of samples, the key's
            // name, sixteen bytes of vector.
            String whole = "00000061" + ascii("sinf")
                    + "0000000c" + ascii("frma") + ascii(entries.get(i))
                    + "00000014" + ascii("schm") + "00000000" + ascii("cbcs") + "00010000"
                    + "00000039" + ascii("schi")
                    + "00000031" + ascii("tenc") + "01000000" + "00" + (sound ? "00" : "19") + "0100"
                    + "101112131415161718191a1b1c1d1e1f" + "10" + "202122232425262728292a2b2c2d2e2f";
            assertEquals(whole, all.substring(all.length() - whole.length()));
        }
    }

    @Test
    void shouldDivideSlicesAndLeaveAllElseClear() {
        // Parameter sets, a slice, one that is too short for a block behind the lead, one with a rest below a block.
        byte[] sample = join(unit(0x67, 20), unit(0x68, 4), unit(0x65, 1064), unit(0x65, 79), unit(0x41, 64 + 25));
        assertEquals(
                List.of(new Piece(24 + 8 + 68, 1000), new Piece(83 + 68, 25)),
                cbcs(AVC).pieces(sample));
        byte[] hevc = join(unit(0x40, 20), unit(0x26, 128 + 16), unit(0x02, 143), unit(0x4E, 500));
        assertEquals(
                List.of(new Piece(24 + 132, 16), new Piece(147 + 504, 0)),
                cbcs(HEVC).pieces(hevc));
        assertEquals(List.of(), cbcs(AAC).pieces(sample));
    }

    @Test
    void shouldTellLongClearStretchesInSeveralPieces() {
        assertEquals(
                List.of(new Piece(0xFFFF, 0), new Piece(70_004 + 68 - 0xFFFF, 100)),
                cbcs(AVC).pieces(join(unit(0x06, 70_000), unit(0x65, 164))));
    }

    @Test
    void shouldLeaveNoSliceClearOfAPictureInVeryManySlices() {
        byte[] sample = new byte[0];
        for (int i = 0; i < 60; i++) {
            sample = join(sample, unit(0x65, 96));
        }
        List<Piece> pieces = cbcs(AVC).pieces(sample);
        assertEquals(42, pieces.size());
        assertEquals(new Piece(68, 32), pieces.get(40));
        assertEquals(new Piece(68, 32 + 18 * 100), pieces.getLast());
        assertEquals(
                sample.length,
                pieces.stream()
                        .mapToInt(piece -> piece.clearBytes() + piece.protectedBytes())
                        .sum());
        // What says so of a sample fits into a byte.
        Fragment.write(1, 0, List.of(new Sample(sample, 3000, true)), 0, cbcs(AVC));
    }

    @Test
    void shouldReadAnyBytes() {
        for (int length = 0; length < 300; length++) {
            byte[] sample = new byte[length];
            random.nextBytes(sample);
            List<Piece> pieces = cbcs(AVC).pieces(sample);
            assertEquals(
                    length,
                    pieces.stream()
                            .mapToInt(piece -> piece.clearBytes() + piece.protectedBytes())
                            .sum());
            assertEquals(length, cbcs(AVC).encrypt(sample, pieces).length);
        }
    }

    @Test
    void shouldTellPiecesWhereTheyAreLookedFor() {
        byte[] one = join(unit(0x67, 20), unit(0x65, 164), unit(0x65, 164));
        byte[] other = unit(0x41, 30);
        byte[] bytes = Fragment.write(
                1, 0, List.of(new Sample(one, 3000, true), new Sample(other, 3000, false)), 0, cbcs(AVC));
        Boxes file = Boxes.read(bytes);
        Boxes senc = file.at("moof/traf/senc");
        assertEquals(
                "00000026" + ascii("senc") + "00000002" + "00000002" + "0002" + "005c" + "00000064" + "0044"
                        + "00000064" + "0001" + "0022" + "00000000",
                hex(senc));
        assertEquals(
                "00000013" + ascii("saiz") + "00000000" + "00" + "00000002" + "0e08", hex(file.at("moof/traf/saiz")));
        int from = senc.offset() + 16 - file.at("moof").offset();
        assertEquals(
                "00000014" + ascii("saio") + "00000000" + "00000001" + String.format("%08x", from),
                hex(file.at("moof/traf/saio")));
        assertEquals(
                file.at("mdat").offset() + 8 - file.at("moof").offset(),
                file.at("moof/traf/trun").u32(8));
        byte[] media = Arrays.copyOfRange(bytes, file.at("mdat").offset() + 8, bytes.length);
        assertEquals(one.length + other.length, media.length);
        assertArrayEquals(other, Arrays.copyOfRange(media, one.length, media.length), "too short");
    }

    /** One block, nine as they are, one block of the same chain; the rest below a block as it is. Each slice begins with the vector. */
    @Test
    void shouldEncryptOneBlockInTenOfEachSlice() throws GeneralSecurityException {
        byte[] slice = unit(0x65, 64 + 170);
        byte[] sample = join(slice, slice);
        byte[] encrypted = cbcs(AVC).encrypt(sample, cbcs(AVC).pieces(sample));
        byte[] half = Arrays.copyOf(encrypted, slice.length);
        assertArrayEquals(half, Arrays.copyOfRange(encrypted, slice.length, encrypted.length));
        byte[] blocks = decrypt(join(Arrays.copyOfRange(half, 68, 84), Arrays.copyOfRange(half, 228, 238)), 16);
        assertArrayEquals(Arrays.copyOfRange(slice, 68, 84), blocks);
        assertFalse(Arrays.equals(half, slice));
        System.arraycopy(blocks, 0, half, 68, 16);
        assertArrayEquals(slice, half, "170 bytes hold one block of the pattern only, and ten behind it");

        byte[] longer = unit(0x65, 64 + 176);
        byte[] sealed = cbcs(AVC).encrypt(longer, cbcs(AVC).pieces(longer));
        byte[] two = decrypt(join(Arrays.copyOfRange(sealed, 68, 84), Arrays.copyOfRange(sealed, 228, 244)), 32);
        System.arraycopy(two, 0, sealed, 68, 16);
        System.arraycopy(two, 16, sealed, 228, 16);
        assertArrayEquals(longer, sealed);
    }

    @Test
    void shouldEncryptEveryWholeBlockOfSound() throws GeneralSecurityException {
        byte[] packet = new byte[100];
        random.nextBytes(packet);
        byte[] file = Fragment.write(1, 0, List.of(new Sample(packet, 1024, true)), 0, cbcs(AAC));
        Boxes boxes = Boxes.read(file);
        assertEquals(List.of("tfhd", "tfdt", "trun"), boxes.at("moof/traf").types(), "nothing is to be said of pieces");
        byte[] media = Arrays.copyOfRange(file, boxes.at("mdat").offset() + 8, file.length);
        assertArrayEquals(Arrays.copyOf(packet, 96), decrypt(media, 96));
        assertArrayEquals(Arrays.copyOfRange(packet, 96, 100), Arrays.copyOfRange(media, 96, 100));
    }

    @Test
    void shouldRefuseWhatItDoesNotKnow() {
        VideoFormat vp9 = new VideoFormat("vp09", 320, 180, "vp09.00.10.08", "vpcC", new byte[] {1});
        assertFalse(Cbcs.knows(vp9));
        assertThrows(IllegalArgumentException.class, () -> cbcs(vp9));
        assertThrows(IllegalArgumentException.class, () -> new Cbcs(AVC, KEY, ID, new byte[8]));
    }

    private static byte[] decrypt(byte[] bytes, int length) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/CBC/NoPadding");
        cipher.init(Cipher.DECRYPT_MODE, new SecretKeySpec(KEY, "AES"), new IvParameterSpec(VECTOR));
        return cipher.doFinal(bytes, 0, length);
    }
}
