package io.spillway.sfu.sdp;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The {@code a=} lines of one level of a description, in order. */
record Attributes(List<Attribute> list) {

    /** One {@code a=name:value} line; {@code value} is empty where there is no colon, {@code line} counts from 1. */
    record Attribute(String name, String value, int line) {}

    boolean has(String name) {
        return first(name) != null;
    }

    /** The first of that name, or null. */
    @Nullable
    Attribute first(String name) {
        for (Attribute attribute : list) {
            if (attribute.name().equals(name)) {
                return attribute;
            }
        }
        return null;
    }

    /** Values of all lines of that name, in order. */
    List<String> values(String name) {
        var values = new ArrayList<String>();
        for (Attribute attribute : list) {
            if (attribute.name().equals(name)) {
                values.add(attribute.value());
            }
        }
        return values;
    }
}
