package io.spillway.whipwhep.json;

import com.fasterxml.jackson.databind.JsonNode;
import io.spillway.sfu.LayerWish;
import io.spillway.sfu.Rejected;
import org.jspecify.annotations.Nullable;

/**
 * A choice of layers as the WHEP extension {@code urn:ietf:params:whep:ext:core:layer} writes it: an object whose members are all optional.
 *
 * <pre>
 *   mediaId                                string, the video's m-line counted from 0
 *   rid, or encodingId                     string, a simulcast encoding
 *   spatialLayerId, temporalLayerId        0 to 7
 *   maxSpatialLayerId, maxTemporalLayerId  0 to 7
 *   maxWidth, maxHeight                    pixels, 1 to 65535
 * </pre>
 *
 * @param mediaId null for the first video
 */
public record LayerBody(@Nullable String mediaId, LayerWish wish) {

    /** All members with long names fit several times. */
    public static final int MAX_BYTES = 4 * 1024;

    private static final int MAX_LAYER = 7;
    private static final int MAX_PIXELS = 65_535;

    /** Reads a body. @throws Rejected 400 for whatever is not such an object; members of other names are passed over */
    public static LayerBody parse(byte[] utf8) throws Rejected {
        JsonNode object = StrictJson.read(utf8);
        if (object == null) {
            throw bad("the body is not JSON");
        }
        if (!object.isObject()) {
            throw bad("the body is not a JSON object");
        }
        String rid = text(object, "rid");
        return new LayerBody(
                text(object, "mediaId"),
                new LayerWish(
                        rid == null ? text(object, "encodingId") : rid,
                        number(object, "spatialLayerId", 0, MAX_LAYER),
                        number(object, "temporalLayerId", 0, MAX_LAYER),
                        number(object, "maxSpatialLayerId", 0, MAX_LAYER),
                        number(object, "maxTemporalLayerId", 0, MAX_LAYER),
                        number(object, "maxWidth", 1, MAX_PIXELS),
                        number(object, "maxHeight", 1, MAX_PIXELS)));
    }

    private static @Nullable String text(JsonNode object, String name) throws Rejected {
        JsonNode value = object.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return null;
        }
        if (!value.isTextual()) {
            throw bad(name + " is a string, in quotes");
        }
        return value.textValue();
    }

    private static int number(JsonNode object, String name, int least, int most) throws Rejected {
        JsonNode value = object.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return LayerWish.ANY;
        }
        if (!value.isInt() || value.intValue() < least || value.intValue() > most) {
            throw bad(name + " is a whole number from " + least + " to " + most);
        }
        return value.intValue();
    }

    private static Rejected bad(String detail) {
        return new Rejected(400, "malformed-layer-choice", detail);
    }
}
