package io.spillway.sfu.dtls;

import java.io.InterruptedIOException;

/** Nothing waits on a link that must not be waited on. Carries no stack: it ends every look at the link. */
public final class LinkEmpty extends InterruptedIOException {

    private static final long serialVersionUID = 1L;

    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
