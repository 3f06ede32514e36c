package io.spillway.signaling.health;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Whether new sessions are taken, as all who may say no see it. Any thread may ask. */
public final class Readiness {

    private final List<Supplier<List<String>>> doubts;

    /** @param doubts each gives the reasons for which it is not ready; none when it is */
    public Readiness(List<Supplier<List<String>>> doubts) {
        this.doubts = List.copyOf(doubts);
    }

    /** Why no new session is taken, a sentence each; empty when ready. */
    public List<String> unreadyReasons() {
        List<String> reasons = new ArrayList<>();
        doubts.forEach(doubt -> reasons.addAll(doubt.get()));
        return List.copyOf(reasons);
    }
}
