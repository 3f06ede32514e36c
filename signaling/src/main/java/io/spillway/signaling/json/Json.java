package io.spillway.signaling.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes and reads JSON documents, RFC 8259, in UTF-8. Values are maps, lists, strings, numbers, booleans and null. */
public final class Json {

    /** The deepest document anyone sends us is three levels; a deeper one is an attack on the stack. */
    private static final int MAX_DEPTH = 16;

    private static final ObjectMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(SerializationFeature.INDENT_OUTPUT)
            .build();

    private static final ObjectWriter COMPACT = MAPPER.writer().without(SerializationFeature.INDENT_OUTPUT);

    private Json() {}

    /** The document of an object, fields in the map's order, ended by a line feed. */
    public static String write(Map<String, ? extends @Nullable Object> object) {
        try {
            return MAPPER.writeValueAsString(object) + "\n";
        } catch (JsonProcessingException onlyPlainValuesGoIn) {
            throw new UncheckedIOException(onlyPlainValuesGoIn);
        }
    }

    /** The same on one line, without a line feed. */
    public static String compact(Map<String, ? extends @Nullable Object> object) {
        try {
            return COMPACT.writeValueAsString(object);
        } catch (JsonProcessingException onlyPlainValuesGoIn) {
            throw new UncheckedIOException(onlyPlainValuesGoIn);
        }
    }

    /**
     * The object that a document holds.
     *
     * @throws JsonException for any bytes that are not exactly one JSON object
     */
    public static JsonObject read(byte[] utf8) throws JsonException {
        try {
            JsonNode node = MAPPER.readTree(utf8);
            if (node == null || !node.isObject()) {
                throw new JsonException("the document is not a JSON object");
            }
            return new JsonObject(node);
        } catch (JsonProcessingException e) {
            JsonLocation at = e.getLocation();
            throw new JsonException(
                    at == null
                            ? "the document is not JSON"
                            : "the document is not JSON: error at line " + at.getLineNr() + ", column "
                                    + at.getColumnNr());
        } catch (IOException e) {
            // Bytes in memory fail to be read only when they are not in a Unicode encoding.
            throw new JsonException("the document is not JSON in UTF-8");
        }
    }
}
