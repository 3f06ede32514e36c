package io.spillway.server.jetty;

import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.thread.Scheduler;

/** Closes connections that have sent no whole request some time after opening: the idle timeout alone is refreshed by one byte now and then (X13). */
final class SlowRequestGuard implements Connection.Listener {

    private static final long FIRST_REQUEST_SECONDS = 15;

    private final Server server;

    SlowRequestGuard(Server server) {
        this.server = server;
    }

    @Override
    public void onOpened(Connection connection) {
        Scheduler scheduler = server.getScheduler();
        if (scheduler != null && scheduler.isRunning()) {
            scheduler.schedule(() -> closeIfSilent(connection), FIRST_REQUEST_SECONDS, TimeUnit.SECONDS);
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
