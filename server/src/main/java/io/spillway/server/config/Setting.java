package io.spillway.server.config;

/**
 * One value as somebody set it.
 *
 * @param value a String, a {@code List<Object>} or a {@code Map<String, Object>} of such
 * @param origin where it was set, as a person would look for it: {@code spillway.yaml line 12}, {@code SPILLWAY_HTTP_PORT}
 */
public record Setting(Object value, String origin) {}
