package io.spillway.server;

import io.spillway.server.config.Config;
import io.spillway.sfu.AddressText;
import java.io.IOException;
import java.io.PrintStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** {@code ./spillway check}: the configuration is valid when this runs; can its ports be bound, do its announced addresses lead here? */
final class Check {

    /** A datagram to ourselves takes microseconds, also through a router that hairpins. */
    private static final int ECHO_TIMEOUT_MS = 1000;

    private final PrintStream out;
    private boolean good = true;

    private Check(PrintStream out) {
        this.out = out;
    }

    /** Prints a line a check; whether all were good. */
    static boolean run(Config config, PrintStream out) {
        Check check = new Check(out);
        check.line(true, "configuration", "valid");
        check.tcp("http.port", config.http().bind(), config.http().port());
        if (config.https().enabled()) {
            check.tcp("https.port", config.http().bind(), config.https().port());
        }
        check.media(config);
        if (config.media().tcp()) {
            check.tcp("media.port", config.media().bind(), config.media().port());
        }
        try {
            DataFolder.open(config.dataDir());
            check.line(true, "data.dir", config.dataDir() + " can be written");
        } catch (StartException refused) {
            check.line(false, "data.dir", refused.sentence());
        }
        check.ladder(config.hls());
        Reachability reach = Reachability.of(
                config,
                ReachableAddresses.find(config.media()),
                config.http().port(),
                config.https().port(),
                config.media().port());
        reach.warnings().forEach(warning -> out.println("note    " + warning));
        return check.good;
    }

    /** A server without is a server all the same. */
    private void ladder(Config.Hls hls) {
        if (hls.enabled() && !hls.ladder().isEmpty()) {
            LadderLibraries libraries = LadderLibraries.find();
            out.println((libraries.coders().isPresent() ? "ok      " : "note    ") + "hls.ladder: " + libraries.said());
        }
    }

    private void tcp(String key, InetAddress bind, int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(bind, port));
            line(true, key, "TCP " + socket.getLocalPort() + " is free");
        } catch (IOException taken) {
            line(
                    false,
                    key,
                    "TCP " + port + " cannot be bound: " + taken.getMessage() + " (is Spillway running already?)");
        }
    }

    private void media(Config config) {
        try (DatagramSocket socket = new DatagramSocket(
                new InetSocketAddress(config.media().bind(), config.media().port()))) {
            line(true, "media.port", "UDP " + socket.getLocalPort() + " is free");
            socket.setSoTimeout(ECHO_TIMEOUT_MS);
            for (InetAddress address : ReachableAddresses.find(config.media())) {
                candidate(socket, address);
            }
        } catch (IOException taken) {
            line(
                    false,
                    "media.port",
                    "UDP " + config.media().port() + " cannot be bound: " + taken.getMessage()
                            + " (is Spillway running already?)");
        }
    }

    private void candidate(DatagramSocket socket, InetAddress address) {
        byte[] sent = {'s', 'p', 'i', 'l', 'l'};
        try (DatagramSocket sender = new DatagramSocket()) {
            sender.send(new DatagramPacket(sent, sent.length, address, socket.getLocalPort()));
            socket.receive(new DatagramPacket(new byte[64], 64));
            line(true, "candidate", AddressText.of(address) + " leads to this machine");
        } catch (IOException silent) {
            // A router that does not hairpin is no fault: seen from outside the address may well work.
            out.println("note    candidate: " + AddressText.of(address)
                    + " could not be reached from here; test it from outside (UDP " + socket.getLocalPort()
                    + " must be forwarded)");
        }
    }

    private void line(boolean ok, String what, String said) {
        good &= ok;
        out.println((ok ? "ok      " : "FAILED  ") + what + ": " + said);
    }
}
