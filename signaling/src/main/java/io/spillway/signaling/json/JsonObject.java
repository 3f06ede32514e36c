package io.spillway.signaling.json;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A JSON object as read. A field that is null counts as absent. */
public final class JsonObject {

    private final JsonNode node;

    JsonObject(JsonNode node) {
        this.node = node;
    }

    /** Refuses fields nobody reads: a misspelt one must not pass in silence. */
    public void allowOnly(Set<String> names) throws JsonException {
        for (Iterator<String> fields = node.fieldNames(); fields.hasNext(); ) {
            if (!names.contains(fields.next())) {
                throw new JsonException("the object has a field that is not one of "
                        + names.stream().sorted().toList());
            }
        }
    }

    /** A string that must be there. */
    public String text(String field) throws JsonException {
        return optionalText(field).orElseThrow(() -> new JsonException("the field \"" + field + "\" is missing"));
    }

    /** A string that may be there. */
    public Optional<String> optionalText(String field) throws JsonException {
        JsonNode value = node.get(field);
        if (value == null || value.isNull()) {
            return Optional.empty();
        }
        if (!value.isTextual()) {
            throw new JsonException("the field \"" + field + "\" is not a string");
        }
        return Optional.of(value.textValue());
    }

    /** True or false, where it is there. */
    public Optional<Boolean> optionalFlag(String field) throws JsonException {
        JsonNode value = node.get(field);
        if (value == null || value.isNull()) {
            return Optional.empty();
        }
        if (!value.isBoolean()) {
            throw new JsonException("the field \"" + field + "\" is not true or false");
        }
        return Optional.of(value.booleanValue());
    }

    /** A whole number that must be there. */
    public long wholeNumber(String field) throws JsonException {
        JsonNode value = node.get(field);
        if (value == null || !value.isIntegralNumber() || !value.canConvertToLong()) {
            throw new JsonException("the field \"" + field + "\" is no whole number");
        }
        return value.longValue();
    }

    /** A number that must be there, with or without a fraction. */
    public double number(String field) throws JsonException {
        JsonNode value = node.get(field);
        if (value == null || !value.isNumber() || !Double.isFinite(value.doubleValue())) {
            throw new JsonException("the field \"" + field + "\" is no number");
        }
        return value.doubleValue();
    }

    /** A list of strings; empty when it is not there. */
    public List<String> texts(String field) throws JsonException {
        List<String> texts = new ArrayList<>();
        for (JsonNode item : array(field)) {
            if (!item.isTextual()) {
                throw new JsonException("the field \"" + field + "\" is not a list of strings");
            }
            texts.add(item.textValue());
        }
        return List.copyOf(texts);
    }

    /** A list of objects; empty when it is not there. */
    public List<JsonObject> objects(String field) throws JsonException {
        List<JsonObject> objects = new ArrayList<>();
        for (JsonNode item : array(field)) {
            if (!item.isObject()) {
                throw new JsonException("the field \"" + field + "\" is not a list of objects");
            }
            objects.add(new JsonObject(item));
        }
        return List.copyOf(objects);
    }

    /** The object inside a field; empty when it is not there. */
    public Optional<JsonObject> object(String field) throws JsonException {
        JsonNode value = node.get(field);
        if (value == null || value.isNull()) {
            return Optional.empty();
        }
        if (!value.isObject()) {
            throw new JsonException("the field \"" + field + "\" is not an object");
        }
        return Optional.of(new JsonObject(value));
    }

    private Iterable<JsonNode> array(String field) throws JsonException {
        JsonNode value = node.get(field);
        if (value == null || value.isNull()) {
            return List.of();
        }
        if (!value.isArray()) {
            throw new JsonException("the field \"" + field + "\" is not a list");
        }
        return value;
    }

    /** The names of the fields, in the document's order. */
    public List<String> names() {
        List<String> names = new ArrayList<>();
        node.fieldNames().forEachRemaining(names::add);
        return List.copyOf(names);
    }
}
