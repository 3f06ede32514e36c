package io.spillway.sfu.outbound;

/** Told that our own code broke inside one viewer. */
public interface DefectListener {

    void onDefect(RuntimeException defect, long nowNs);
}
