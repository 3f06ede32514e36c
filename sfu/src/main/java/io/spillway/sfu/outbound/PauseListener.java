package io.spillway.sfu.outbound;

/** Hears when a viewer's picture is left out for want of bandwidth, and when it comes back. */
@FunctionalInterface
public interface PauseListener {

    void onPaused(boolean paused);
}
