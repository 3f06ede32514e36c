package io.spillway.hls.openh264;

import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import io.spillway.hls.ladder.Colours;
import io.spillway.hls.ladder.Picture;
import io.spillway.hls.ladder.VideoEncoder;
import io.spillway.media.mp4.AvcFormat;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One OpenH264 encoder: High profile with CABAC, a slice a frame, keys only where they are asked for, no frame skipped. Owned by one thread; native memory stays inside.
 *
 * <pre>
 * vtable   InitializeExt 1  GetDefaultParams 2  Uninitialize 3  EncodeFrame 4  ForceIntraFrame 6  SetOption 7
 *
 * SEncParamExt              SSpatialLayerConfig (at 32)     SSourcePicture      SLayerBSInfo (from 8 on)
 *   0 usage                   0 width  4 height               0 colour format     16 NAL units
 *   4 width   8 height        8 frames a second                4 strides (4)       24 their lengths
 *  12 bitrate 16 control     12 bitrate 16 greatest           24 planes (4)       32 their bytes
 *  20 frames a second        20 profile 24 level             56 width 60 height
 *  24 temporal, 28 spatial layers                             64 time, ms
 *                           184 is there signal type, format, full range, are there colours, primaries, transfer, matrix (1 each)
 * 836 intra period 844 parameter set ids 856 CABAC 860 skip 864 greatest bitrate
 * 868 greatest, 872 least QP 892 threads 912 keys at changes of scene
 * </pre>
 */
final class OpenH264Encoder implements VideoEncoder {

    private static final int RATE_BY_BITRATE = 1;
    private static final int I420 = 23;
    private static final int PROFILE_HIGH = 100;
    private static final int TYPE_IDR = 1;
    private static final int OPTION_FRAME_RATE = 4;
    private static final int OPTION_TRACE_LEVEL = 25;
    private static final int FIRST_LAYER = 8;
    private static final int SPATIAL = 32;

    /** Beyond these no picture is worth its bits, below none is better for them. */
    private static final int MIN_QP = 12;

    private static final int MAX_QP = 42;

    /** Of peaks; keys are those. */
    private static final double PEAK = 1.5;

    /** At first; corrected by {@link #framesPerSecond}. */
    private static final float FRAMES_A_SECOND = 30;

    private static final byte VIDEO_FORMAT_UNSPECIFIED = 5;

    private static final int SPS = 7;
    private static final int PPS = 8;

    private final Pointer handle;
    private final Function destroy;
    private final Layout layout;
    private final int width;
    private final int height;
    private final Memory source;
    private final Memory result;
    private final Memory option = new Memory(8);
    private final Function encode;
    private final Function forceIntra;
    private final Function setOption;
    private boolean initialised;

    OpenH264Encoder(Pointer handle, Function destroy, Layout layout, int width, int height) {
        this.handle = handle;
        this.destroy = destroy;
        this.layout = layout;
        this.width = width;
        this.height = height;
        this.source = new Memory(layout.pictureBytes());
        this.result = new Memory(layout.frameBytes());
        this.encode = method(4);
        this.forceIntra = method(6);
        this.setOption = method(7);
    }

    private Function method(int slot) {
        return Function.getFunction(handle.getPointer(0).getPointer((long) slot * Long.BYTES));
    }

    void initialise(int bitrateBps, Colours colours) {
        option.setInt(0, 0);
        setOption.invokeInt(new Object[] {handle, OPTION_TRACE_LEVEL, option});
        try (Memory param = new Memory(layout.encParamBytes())) {
            param.clear();
            check(method(2).invokeInt(new Object[] {handle, param}), "reading the defaults");
            int peakBps = (int) (bitrateBps * PEAK);
            param.setInt(0, 0);
            param.setInt(4, width);
            param.setInt(8, height);
            param.setInt(12, bitrateBps);
            param.setInt(16, RATE_BY_BITRATE);
            param.setFloat(20, FRAMES_A_SECOND);
            param.setInt(24, 1);
            param.setInt(28, 1);
            param.setInt(SPATIAL, width);
            param.setInt(SPATIAL + 4, height);
            param.setFloat(SPATIAL + 8, FRAMES_A_SECOND);
            param.setInt(SPATIAL + 12, bitrateBps);
            param.setInt(SPATIAL + 16, peakBps);
            param.setInt(SPATIAL + 20, PROFILE_HIGH);
            if (colours.isKnown()) {
                param.setByte(SPATIAL + 184, (byte) 1);
                param.setByte(SPATIAL + 185, VIDEO_FORMAT_UNSPECIFIED);
                param.setByte(SPATIAL + 186, (byte) (colours.fullRange() ? 1 : 0));
                param.setByte(SPATIAL + 187, (byte) 1);
                param.setByte(SPATIAL + 188, (byte) colours.primaries());
                param.setByte(SPATIAL + 189, (byte) colours.transfer());
                param.setByte(SPATIAL + 190, (byte) colours.matrix());
            }
            param.setInt(836, 0);
            // The same parameter sets with each key: players need no new init segment.
            param.setInt(844, 0);
            param.setInt(856, 1);
            param.setByte(860, (byte) 0);
            param.setInt(864, peakBps);
            param.setInt(868, MAX_QP);
            param.setInt(872, MIN_QP);
            param.setShort(892, (short) 1);
            param.setByte(912, (byte) 0);
            check(method(1).invokeInt(new Object[] {handle, param}), "setting it up for " + width + "x" + height);
        }
        initialised = true;
        source.clear();
        source.setInt(0, I420);
        source.setInt(56, width);
        source.setInt(60, height);
    }

    @Override
    public Frame encode(Picture picture, boolean key, long timeMs) {
        if (picture.width() != width || picture.height() != height) {
            throw new IllegalArgumentException("a picture of " + picture.width() + "x" + picture.height()
                    + " for an encoder of " + width + "x" + height);
        }
        if (key) {
            check(forceIntra.invokeInt(new Object[] {handle, (byte) 1, -1}), "asking for a key");
        }
        source.setInt(4, picture.lumaStride());
        source.setInt(8, picture.chromaStride());
        source.setInt(12, picture.chromaStride());
        source.setLong(24, picture.y());
        source.setLong(32, picture.u());
        source.setLong(40, picture.v());
        source.setLong(64, timeMs);
        check(encode.invokeInt(new Object[] {handle, source, result}), "encoding");
        return frame();
    }

    /** Copies what lies in the encoder's own memory until its next call. Annex B there, lengths here. */
    private Frame frame() {
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        List<byte[]> sps = new ArrayList<>();
        List<byte[]> pps = new ArrayList<>();
        int layers = result.getInt(0);
        for (int i = 0; i < layers; i++) {
            long layer = FIRST_LAYER + (long) i * layout.layerBytes();
            int units = result.getInt(layer + 16);
            Pointer lengths = result.getPointer(layer + 24);
            Pointer bytes = result.getPointer(layer + 32);
            int at = 0;
            for (int j = 0; j < units; j++) {
                int length = lengths.getInt((long) j * Integer.BYTES);
                add(bytes.getByteArray(at, length), data, sps, pps);
                at += length;
            }
        }
        if (data.size() == 0) {
            throw new IllegalStateException("encoding gave nothing, of type " + result.getInt(layout.frameType()));
        }
        boolean key = result.getInt(layout.frameType()) == TYPE_IDR;
        return new Frame(data.toByteArray(), key, key ? AvcFormat.of(sps, pps) : null);
    }

    private static void add(byte[] unit, ByteArrayOutputStream data, List<byte[]> sps, List<byte[]> pps) {
        // A start code of three or four bytes.
        int head = unit[2] == 1 ? 3 : 4;
        int length = unit.length - head;
        switch (unit[head] & 0x1F) {
            case SPS -> sps.add(Arrays.copyOfRange(unit, head, unit.length));
            case PPS -> pps.add(Arrays.copyOfRange(unit, head, unit.length));
            default -> {
                data.write(length >> 24);
                data.write(length >> 16);
                data.write(length >> 8);
                data.write(length);
                data.write(unit, head, length);
            }
        }
    }

    @Override
    public void framesPerSecond(float framesPerSecond) {
        option.setFloat(0, framesPerSecond);
        check(setOption.invokeInt(new Object[] {handle, OPTION_FRAME_RATE, option}), "setting the frame rate");
    }

    @Override
    public void close() {
        if (initialised) {
            method(3).invokeInt(new Object[] {handle});
        }
        destroy.invokeVoid(new Object[] {handle});
        source.close();
        result.close();
        option.close();
    }

    private static void check(int code, String what) {
        if (code != 0) {
            throw new IllegalStateException(what + " failed with " + code);
        }
    }
}
