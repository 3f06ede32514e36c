package io.spillway.media.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** R10; AV1 RTP specification A.8.2, structures as in its examples A.10. */
final class DependencyReaderTest {

    private final DependencyReader reader = new DependencyReader();
    private final PayloadInfo info = new PayloadInfo();

    /** Three spatial layers of three temporal ones each; template 3 s + t, offset by 60 so that ids wrap. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        60 | S0 T0 up
        61 | S0 T1 up
        62 | S0 T2
        63 | S1 T0 up
        1  | S1 T2
        2  | S2 T0 up
        4  | S2 T2
        """)
    void shouldTellTheLayersOfATemplate(int template, String expected) {
        assertTrue(read(structure(60, 3, 3, true)));
        assertEquals("S0 T0 up", described());
        assertEquals(3, info.spatialSizes());
        assertEquals(640, info.widthOf(1));
        assertEquals(360, info.heightOf(1));
        assertEquals(1280, info.width());

        assertTrue(read(new BitWriter().bits(2, 3).bits(6, template).bits(16, 7)));
        assertEquals(expected, described());
        assertTrue(info.startsLayerFrame() && info.endsLayerFrame());
        assertEquals(0, info.spatialSizes());
    }

    @Test
    void shouldGoByTheFramesOwnIndications() {
        assertTrue(read(structure(0, 1, 2, false)));
        // T0 that is no switching point for the faster target.
        assertTrue(read(new BitWriter()
                .bits(2, 2)
                .bits(6, 0)
                .bits(16, 8)
                .bits(5, 0b00100)
                .bits(2, 2)
                .bits(2, 3)));
        assertEquals("S0 T0", described());
        assertTrue(info.startsFrame());
        assertFalse(info.endsLayerFrame());
    }

    @Test
    void shouldReadOverActiveTargetsBeforeThem() {
        assertTrue(read(structure(0, 1, 2, false)));
        assertTrue(read(new BitWriter()
                .bits(2, 2)
                .bits(6, 1)
                .bits(16, 8)
                .bits(5, 0b01100)
                .bits(2, 0b01)
                .bits(2, 0)
                .bits(2, 1)));
        assertEquals("S0 T1", described());
    }

    @Test
    void shouldNotBelieveWhatNamesNoTemplate() {
        BitWriter plain = new BitWriter().bits(2, 3).bits(6, 5).bits(16, 7);
        assertFalse(read(plain), "no structure yet");
        assertTrue(read(structure(0, 1, 2, false)));
        assertFalse(read(plain), "two templates only");
        assertFalse(reader.read(ByteBuffer.allocate(2), 0, 2, info));
    }

    @Test
    void shouldKeepTheStructureWhenTheNextIsCutShort() {
        assertTrue(read(structure(0, 1, 2, false)));
        byte[] whole = structure(0, 3, 3, true).bytes();
        for (int length = 4; length < whole.length - 2; length++) {
            assertFalse(reader.read(ByteBuffer.wrap(whole), 0, length, info), length + " bytes");
        }
        assertTrue(read(new BitWriter().bits(2, 3).bits(6, 1).bits(16, 7)));
        assertEquals("S0 T1", described());
    }

    @Test
    void shouldRefuseMoreLayersThanThereCanBe() {
        BitWriter spatial =
                new BitWriter().bits(24, 0x800001).bits(5, 0b10000).bits(6, 0).bits(5, 0);
        for (int i = 0; i < 5; i++) {
            spatial.bits(2, 2);
        }
        assertFalse(read(spatial.bits(200, 0)));
        BitWriter endless =
                new BitWriter().bits(24, 0x800001).bits(5, 0b10000).bits(6, 0).bits(5, 0);
        for (int i = 0; i < 80; i++) {
            endless.bits(2, 0);
        }
        assertFalse(read(endless.bits(200, 0)));
    }

    /** First packet of a keyframe with a structure of full spatial dependency. */
    private static BitWriter structure(int idOffset, int spatialLayers, int temporalLayers, boolean sized) {
        int targets = spatialLayers * temporalLayers;
        BitWriter bits = new BitWriter()
                .bits(2, 2)
                .bits(6, idOffset)
                .bits(16, 1)
                .bits(5, 0b10000)
                .bits(6, idOffset)
                .bits(5, targets - 1);
        for (int i = 1; i < targets; i++) {
            bits.bits(2, i % temporalLayers == 0 ? 2 : 1);
        }
        bits.bits(2, 3);
        for (int frame = 0; frame < targets; frame++) {
            for (int target = 0; target < targets; target++) {
                int temporal = frame % temporalLayers;
                boolean present =
                        frame / temporalLayers <= target / temporalLayers && temporal <= target % temporalLayers;
                bits.bits(2, !present ? 0 : temporal < target % temporalLayers || temporal == 0 ? 2 : 1);
            }
        }
        for (int frame = 0; frame < targets; frame++) {
            bits.bits(1, 1).bits(4, frame).bits(1, 0);
        }
        // One chain protects all targets; ns(targets + 1) = 1.
        int width = Integer.SIZE - Integer.numberOfLeadingZeros(targets + 1);
        int shorter = (1 << width) - (targets + 1);
        bits.bits(1 < shorter ? width - 1 : width, 1 < shorter ? 1 : 1 + shorter);
        for (int frame = 0; frame < targets; frame++) {
            bits.bits(4, frame);
        }
        bits.flag(sized);
        for (int i = 0; sized && i < spatialLayers; i++) {
            bits.bits(16, (320L << i) - 1).bits(16, (180L << i) - 1);
        }
        return bits;
    }

    private boolean read(BitWriter bits) {
        info.clear();
        byte[] bytes = bits.bytes();
        // The writer's stop bit makes a byte more than a descriptor of the three mandatory ones has.
        boolean mandatoryOnly = bytes.length == 4 && bytes[3] == (byte) 0x80;
        ByteBuffer buffer = ByteBuffer.allocateDirect(bytes.length + 5).put(5, bytes);
        return reader.read(buffer, 5, mandatoryOnly ? 3 : bytes.length, info);
    }

    private String described() {
        return "S" + info.spatialId() + " T" + info.temporalId() + (info.switchesUp() ? " up" : "");
    }
}
