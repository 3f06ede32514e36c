package io.spillway.bench.load;

/** What sends frames by an open-loop schedule. Loop thread only. */
interface Source {

    /** When the next frame is to be sent, {@code Long.MAX_VALUE} for never. */
    long nextFrameNs();

    /** Sends the frame that is due. */
    void sendFrame();
}
