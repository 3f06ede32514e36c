package io.spillway.sfu;

import java.util.Locale;

/** What an overloaded media loop leaves undone, each step in addition to those before it; given back in the reverse order. */
public enum Shedding {
    NOTHING("nothing is left out"),
    HIGHEST_LAYER("its viewers get no more than the second highest layer of their stream"),
    HIGHER_LAYERS("its viewers get the lowest layer of their stream only"),
    JOINS("its viewers get the lowest layer of their stream only, and no new sessions are taken");

    private final String sentence;
    private final String label = name().toLowerCase(Locale.ROOT);

    Shedding(String sentence) {
        this.sentence = sentence;
    }

    /** How many of the highest layers a viewer does not get; it always gets the lowest. */
    public int withheldLayers() {
        return switch (this) {
            case NOTHING -> 0;
            case HIGHEST_LAYER -> 1;
            case HIGHER_LAYERS, JOINS -> Integer.MAX_VALUE;
        };
    }

    /** The next step beyond this one; the last has none and gives itself. */
    public Shedding more() {
        return this == JOINS ? this : values()[ordinal() + 1];
    }

    /** The step before this one; the first has none and gives itself. */
    public Shedding less() {
        return this == NOTHING ? this : values()[ordinal() - 1];
    }

    /** What it means for people, the second half of a sentence. */
    public String sentence() {
        return sentence;
    }

    /** For metrics and JSON, in snake_case. */
    public String label() {
        return label;
    }
}
