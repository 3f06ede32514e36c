package io.spillway.hls.stream;

/**
 * How a segment and its parts are encrypted.
 *
 * @param keyUri where the key is to be had
 * @param iv the vector that begins each chain of blocks, in hexadecimal digits
 */
public record Encryption(String keyUri, String iv) {}
