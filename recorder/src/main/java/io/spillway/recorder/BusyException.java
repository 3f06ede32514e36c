package io.spillway.recorder;

import java.io.IOException;

/** As many as can be waited for are waited for already; it may be asked again in some seconds. */
public final class BusyException extends IOException {

    private static final long serialVersionUID = 1;
}
