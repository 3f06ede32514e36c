package io.spillway.media.frame;

import io.spillway.media.codec.Codec;
import io.spillway.media.mp4.AvcFormat;
import io.spillway.media.mp4.HevcFormat;
import io.spillway.media.mp4.TrackFormat;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * H.264 and H.265: single NAL units, aggregates and fragments become units after their lengths of four bytes. Parameter sets, delimiters and filler stay out: in {@code avc1} and {@code hvc1} the
 * sets stand in the sample entry. RFC 6184 §5, RFC 7798 §4.4, ISO/IEC 14496-15.
 */
final class NalFrameBuilder implements FrameBuilder {

    /** An SPS with scaling lists and VUI stays below. */
    private static final int MAX_SET_BYTES = 512;

    /** Sets of one kind in one keyframe. */
    private static final int MAX_SETS = 8;

    private final boolean hevc;
    private final ByteArrayOutputStream frame = new ByteArrayOutputStream();
    private final ByteArrayOutputStream fragment = new ByteArrayOutputStream();
    private final List<byte[]> vps = new ArrayList<>();
    private final List<byte[]> sps = new ArrayList<>();
    private final List<byte[]> pps = new ArrayList<>();
    private boolean fragmentOpen;
    private boolean key;
    private boolean setsBegun;
    private @Nullable TrackFormat format;

    NalFrameBuilder(Codec codec) {
        hevc = codec == Codec.H265;
    }

    @Override
    public boolean add(byte[] payload) {
        int head = hevc ? 2 : 1;
        if (payload.length < head + 1 || frame.size() + fragment.size() + payload.length > MAX_FRAME_BYTES) {
            return false;
        }
        int type = type(payload[0]);
        if (type == (hevc ? 48 : 24)) {
            return addAggregate(payload, head);
        }
        if (type == (hevc ? 49 : 28)) {
            return addFragment(payload, head);
        }
        return !fragmentOpen && addUnit(payload);
    }

    private int type(byte first) {
        return hevc ? first >> 1 & 0x3F : first & 0x1F;
    }

    private boolean addAggregate(byte[] payload, int head) {
        int at = head;
        while (at + 2 < payload.length) {
            int size = (payload[at] & 0xFF) << 8 | (payload[at + 1] & 0xFF);
            at += 2;
            if (size < head || size > payload.length - at || !addUnit(Arrays.copyOfRange(payload, at, at + size))) {
                return false;
            }
            at += size;
        }
        return at == payload.length && !fragmentOpen;
    }

    private boolean addFragment(byte[] payload, int head) {
        int header = payload[head];
        boolean start = (header & 0x80) != 0;
        boolean end = (header & 0x40) != 0;
        if (start == fragmentOpen) {
            return false;
        }
        if (start) {
            // The unit's own header comes from the fragment's two.
            if (hevc) {
                fragment.write((payload[0] & 0x81) | ((header & 0x3F) << 1));
                fragment.write(payload[1]);
            } else {
                fragment.write((payload[0] & 0xE0) | (header & 0x1F));
            }
            fragmentOpen = true;
        }
        fragment.write(payload, head + 1, payload.length - head - 1);
        if (end) {
            fragmentOpen = false;
            byte[] unit = fragment.toByteArray();
            fragment.reset();
            return addUnit(unit);
        }
        return true;
    }

    private boolean addUnit(byte[] unit) {
        int type = type(unit[0]);
        if (hevc) {
            switch (type) {
                case 32 -> remember(vps, unit);
                case 33 -> remember(sps, unit);
                case 34 -> rememberPicture(unit);
                case 35, 36, 37, 38 -> {}
                default -> {
                    key |= type >= 16 && type <= 23;
                    keep(unit);
                }
            }
        } else {
            switch (type) {
                case 7 -> remember(sps, unit);
                case 8 -> rememberPicture(unit);
                case 9, 10, 11, 12 -> {}
                default -> {
                    key |= type == 5;
                    keep(unit);
                }
            }
        }
        return true;
    }

    private void keep(byte[] unit) {
        frame.write(unit.length >> 24);
        frame.write(unit.length >> 16);
        frame.write(unit.length >> 8);
        frame.write(unit.length);
        frame.writeBytes(unit);
    }

    /** A VPS or SPS: the first of a frame replaces the sets of the frames before. */
    private void remember(List<byte[]> sets, byte[] unit) {
        if (!setsBegun) {
            vps.clear();
            sps.clear();
            pps.clear();
            setsBegun = true;
        }
        put(sets, unit);
    }

    private void rememberPicture(byte[] unit) {
        put(pps, unit);
    }

    private void put(List<byte[]> sets, byte[] unit) {
        boolean known = sets.stream().anyMatch(each -> Arrays.equals(each, unit));
        if (!known && unit.length <= MAX_SET_BYTES && sets.size() < MAX_SETS) {
            sets.add(unit);
        }
        format = null;
    }

    @Override
    public boolean isKey() {
        return key;
    }

    @Override
    public @Nullable TrackFormat format() {
        if (format == null) {
            format = hevc ? HevcFormat.of(vps, sps, pps) : AvcFormat.of(sps, pps);
        }
        return format;
    }

    @Override
    public byte @Nullable [] finish() {
        byte[] whole = frame.size() == 0 || fragmentOpen ? null : frame.toByteArray();
        discard();
        return whole;
    }

    @Override
    public void discard() {
        frame.reset();
        fragment.reset();
        fragmentOpen = false;
        key = false;
        setsBegun = false;
    }
}
