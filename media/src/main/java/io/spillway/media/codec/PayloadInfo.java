package io.spillway.media.codec;

import java.util.Arrays;

/**
 * What one RTP payload says of its frame: the reusable result of {@link PayloadParser#parse}. Offsets are absolute in the buffer parsed. Owned by one thread.
 *
 * <p>A video frame is all packets of one timestamp; its end is the RTP marker, which is not in the payload.
 */
public final class PayloadInfo {

    /** Parameter sets remembered of one payload; a sender puts VPS, SPS and PPS, seldom a second PPS, into one. */
    public static final int MAX_PARAMETER_SETS = 8;

    /** Sizes remembered of one payload: VP9 announces eight spatial layers at most. */
    public static final int MAX_SPATIAL_SIZES = 8;

    /** The value of an id, index or offset that the payload does not have. */
    public static final int ABSENT = -1;

    /** Scratch of the parsers that read bit fields; here so that they stay stateless and allocate nothing. */
    final BitReader bits = new BitReader();

    boolean startsFrame;
    boolean startsKeyframe;
    boolean keyframe;
    int width;
    int height;
    int temporalId;
    int spatialId;
    boolean switchesUp;
    int pictureId;
    int pictureIdOffset;
    int pictureIdBits;
    int tl0PicIdx;
    int tl0PicIdxOffset;
    int keyIdx;
    int keyIdxOffset;
    boolean startsLayerFrame;
    boolean endsLayerFrame;
    boolean interPicturePredicted;
    boolean interLayerPredicted;
    int durationTicks;
    int bodyOffset;
    private final int[] spatialWidths = new int[MAX_SPATIAL_SIZES];
    private final int[] spatialHeights = new int[MAX_SPATIAL_SIZES];
    private int spatialSizes;
    int profile;
    int profileConstraints;
    int level;
    private final ParameterSet[] parameterSets = new ParameterSet[MAX_PARAMETER_SETS];
    private final int[] parameterSetOffsets = new int[MAX_PARAMETER_SETS];
    private final int[] parameterSetLengths = new int[MAX_PARAMETER_SETS];
    private int parameterSetCount;

    public PayloadInfo() {
        Arrays.fill(parameterSets, ParameterSet.SPS);
        clear();
    }

    void clear() {
        startsFrame = false;
        startsKeyframe = false;
        keyframe = false;
        width = 0;
        height = 0;
        temporalId = 0;
        spatialId = 0;
        switchesUp = false;
        pictureId = ABSENT;
        pictureIdOffset = ABSENT;
        pictureIdBits = 0;
        tl0PicIdx = ABSENT;
        tl0PicIdxOffset = ABSENT;
        keyIdx = ABSENT;
        keyIdxOffset = ABSENT;
        startsLayerFrame = false;
        endsLayerFrame = false;
        interPicturePredicted = false;
        interLayerPredicted = false;
        spatialSizes = 0;
        durationTicks = 0;
        bodyOffset = ABSENT;
        profile = 0;
        profileConstraints = 0;
        level = 0;
        parameterSetCount = 0;
    }

    /** Remembers the size of a spatial layer, the lowest first. */
    void spatialSize(int spatial, int layerWidth, int layerHeight) {
        spatialWidths[spatial] = layerWidth;
        spatialHeights[spatial] = layerHeight;
        spatialSizes = spatial + 1;
        width = Math.max(width, layerWidth);
        height = Math.max(height, layerHeight);
    }

    /** Remembers a parameter set; those past {@link #MAX_PARAMETER_SETS} are forgotten. */
    void parameterSet(ParameterSet kind, int offset, int length) {
        if (parameterSetCount < MAX_PARAMETER_SETS) {
            parameterSets[parameterSetCount] = kind;
            parameterSetOffsets[parameterSetCount] = offset;
            parameterSetLengths[parameterSetCount] = length;
            parameterSetCount++;
        }
    }

    /**
     * The payload can be the first of a frame. VP8 and VP9 say it once a frame; H.264, H.265 and AV1 say it at every delimiter, parameter set, metadata and first slice or frame header, so the first of
     * a timestamp counts.
     */
    public boolean startsFrame() {
        return startsFrame;
    }

    /** The payload is the first of a frame from which a decoder can start, or carries the parameter sets before it. R8-R12. */
    public boolean startsKeyframe() {
        return startsKeyframe;
    }

    /** The payload is known to be part of a keyframe. VP8 and AV1 show it at the frame's start only. */
    public boolean keyframe() {
        return keyframe;
    }

    /** The payload carries an SPS, PPS or VPS whole. */
    public boolean hasParameterSets() {
        return parameterSetCount > 0;
    }

    /** How many parameter sets lie whole in the payload, in the order sent; 0..{@link #MAX_PARAMETER_SETS}. */
    public int parameterSetCount() {
        return parameterSetCount;
    }

    /** The kind of the {@code i}-th parameter set. */
    public ParameterSet parameterSetAt(int i) {
        return parameterSets[i];
    }

    /** Where the NAL unit of the {@code i}-th parameter set starts: its header, no start code. */
    public int parameterSetOffsetAt(int i) {
        return parameterSetOffsets[i];
    }

    /** The NAL unit of the {@code i}-th parameter set in bytes. */
    public int parameterSetLengthAt(int i) {
        return parameterSetLengths[i];
    }

    /** Picture width in pixels after cropping, of the largest spatial layer announced; 0 when the payload does not say. */
    public int width() {
        return width;
    }

    /** Picture height in pixels after cropping, of the largest spatial layer announced; 0 when the payload does not say. */
    public int height() {
        return height;
    }

    /** H.264 profile_idc, H.265 general_profile_idc or AV1 seq_profile of the sequence header that gave {@link #width}; otherwise 0. */
    public int profile() {
        return profile;
    }

    /** H.264: the byte between profile_idc and level_idc, 0..255; otherwise 0. */
    public int profileConstraints() {
        return profileConstraints;
    }

    /** H.264 level_idc, H.265 general_level_idc or AV1 seq_level_idx of the sequence header that gave {@link #width}; otherwise 0. */
    public int level() {
        return level;
    }

    /** Temporal layer, 0 the base; 0 when the payload does not say. */
    public int temporalId() {
        return temporalId;
    }

    /** Spatial layer, 0 the base; 0 when the payload does not say. */
    public int spatialId() {
        return spatialId;
    }

    /** A receiver of lower temporal layers may go up here: VP8 Y, to {@link #temporalId}; VP9 U and the dependency descriptor, to any above too. */
    public boolean switchesUp() {
        return switchesUp;
    }

    /** VP8 and VP9 picture id, {@link #pictureIdBits} wide; {@link #ABSENT} without. */
    public int pictureId() {
        return pictureId;
    }

    /** Where the picture id starts: one byte wide, or two when it has 15 bits, whose first bit (M) must stay set. {@link #ABSENT} without. */
    public int pictureIdOffset() {
        return pictureIdOffset;
    }

    /** 7 or 15; 0 without a picture id. */
    public int pictureIdBits() {
        return pictureIdBits;
    }

    /** VP8 and VP9 running index of base-layer frames, 0..255; {@link #ABSENT} without. */
    public int tl0PicIdx() {
        return tl0PicIdx;
    }

    /** Where that index's byte is; {@link #ABSENT} without. */
    public int tl0PicIdxOffset() {
        return tl0PicIdxOffset;
    }

    /** VP8 running index of keyframes, 0..31; {@link #ABSENT} without. */
    public int keyIdx() {
        return keyIdx;
    }

    /** Where the byte is whose low 5 bits are that index; {@link #ABSENT} without. */
    public int keyIdxOffset() {
        return keyIdxOffset;
    }

    /** VP9 B, or the dependency descriptor: first payload of one spatial layer's frame. Others: as {@link #startsFrame}. */
    public boolean startsLayerFrame() {
        return startsLayerFrame;
    }

    /** VP9 E, or the dependency descriptor: last payload of one spatial layer's frame. Others: false, the marker says it. */
    public boolean endsLayerFrame() {
        return endsLayerFrame;
    }

    /** VP9 P: the layer frame needs earlier pictures. */
    public boolean interPicturePredicted() {
        return interPicturePredicted;
    }

    /** VP9 D: the layer frame needs the next lower spatial layer of its picture. */
    public boolean interLayerPredicted() {
        return interLayerPredicted;
    }

    /** How many spatial layers announce their sizes here, 0..{@link #MAX_SPATIAL_SIZES}; mostly 0. */
    public int spatialSizes() {
        return spatialSizes;
    }

    /** Width in pixels of one of the {@link #spatialSizes}. */
    public int widthOf(int spatial) {
        return spatialWidths[spatial];
    }

    /** Height in pixels of one of the {@link #spatialSizes}. */
    public int heightOf(int spatial) {
        return spatialHeights[spatial];
    }

    /** VP9: where the frame's own bytes begin, behind the descriptor. {@link #ABSENT} for others. */
    public int bodyOffset() {
        return bodyOffset;
    }

    /** How long an Opus payload plays, in 48 kHz ticks, 120..5760; 0 for video. */
    public int durationTicks() {
        return durationTicks;
    }
}
