package io.spillway.server.jetty;

import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.util.thread.Scheduler;

/** Closes connections that have sent no whole request some time after opening: the idle timeout alone is refreshed by one byte now and then (X13). */
final class SlowRequestGuard implements Connection.Listener {

    /** A request header of 16 KiB takes a second over the slowest modem. */
    static final long FIRST_REQUEST_MS = 15_000;

    private final Connector connector;
    private final long firstRequestMs;

    /**
     * @param connector whose connections are watched, once the guard is one of its beans
     * @param firstRequestMs how long a connection may take for its first whole request
     */
    SlowRequestGuard(Connector connector, long firstRequestMs) {
        this.connector = connector;
        this.firstRequestMs = firstRequestMs;
    }

    @Override
    public void onOpened(Connection connection) {
        Scheduler scheduler = connector.getScheduler();
        if (scheduler != null && scheduler.isRunning()) {
            scheduler.schedule(() -> closeIfSilent(connection), firstRequestMs, TimeUnit.MILLISECONDS);
        }
    }

    @Override
    public void onClosed(Connection connection) {}

    private static void closeIfSilent(Connection connection) {
        if (connection.getMessagesIn() == 0 && connection.getEndPoint().isOpen()) {
            connection.close();
        }
    }
}
