package io.spillway.whipwhep;

/** One header line. {@code value} is of our own making: nothing a client sent stands in it unchecked. */
public record Field(String name, String value) {}
