package io.spillway.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A network of its own within this machine (a Linux network namespace): no interface but loopback until a cable is laid to it. Programs and
 * sockets of a test can live in it, and what lies between them is the test's to shape, block or renumber. Needs root and iproute2.
 *
 * <pre>
 *   this machine --cable-- router --cable-- client      router.run("nft", …), client.run("tc", "qdisc", …)
 * </pre>
 *
 * <p>Closing it removes its cables too; what still runs in it should have ended before. The end of the test's process removes it at the latest.
 */
public final class NetNamespace implements AutoCloseable {

    private static final long COMMAND_TIMEOUT_MS = 20_000;

    /** Of the kernel: what {@code setns} joins. */
    private static final int CLONE_NEWNET = 0x4000_0000;

    /** The process that made it, and a number. */
    private static final Pattern NAME = Pattern.compile("(?m)^sw(\\d{1,18})-\\d+");

    private static final AtomicInteger NUMBERS = new AtomicInteger();

    /** Networks of four addresses in 198.18.0.0/15, which is set aside for tests (RFC 2544). */
    private static final int CABLES = 1 << 15;

    private final String name;
    private final Thread remover;

    private NetNamespace(String name) {
        this.name = name;
        this.remover = new Thread(this::remove, "remove-" + name);
    }

    /**
     * Two ends of a cable, each with an IPv4 and an IPv6 address.
     *
     * @param nearDevice the interface at the end of the namespace, or of the machine, that laid it
     * @param farDevice the interface at the other end
     */
    public record Cable(
            String nearDevice,
            Inet4Address near4,
            Inet6Address near6,
            String farDevice,
            Inet4Address far4,
            Inet6Address far6) {}

    /**
     * Makes one.
     *
     * @throws IllegalStateException when this process may not, or iproute2 is missing
     */
    public static NetNamespace open() {
        String name = "sw" + ProcessHandle.current().pid() + "-" + NUMBERS.incrementAndGet();
        try {
            removeThoseOfTheDead();
            run(List.of("ip", "netns", "add", name));
        } catch (IllegalStateException refused) {
            throw new IllegalStateException(
                    "tests with networks of their own run as root, with iproute2 installed: sudo ./spillway test",
                    refused);
        }
        NetNamespace made = new NetNamespace(name);
        Runtime.getRuntime().addShutdownHook(made.remover);
        made.run("ip", "link", "set", "lo", "up");
        return made;
    }

    /** What test processes left behind that were killed: their names tell whose they were. */
    private static void removeThoseOfTheDead() {
        Matcher left = NAME.matcher(run(List.of("ip", "netns", "list")));
        while (left.find()) {
            if (ProcessHandle.of(Long.parseLong(left.group(1))).isEmpty()) {
                run(List.of("ip", "netns", "del", left.group()));
            }
        }
    }

    /** As {@code ip netns} lists it. */
    public String name() {
        return name;
    }

    /** A command as it is to be started for its program to run in here. It keeps the process id of what was started. */
    public List<String> command(List<String> command) {
        return Stream.concat(Stream.of("ip", "netns", "exec", name), command.stream())
                .toList();
    }

    /**
     * Runs a command in here and waits for it.
     *
     * @return what it printed
     * @throws IllegalStateException with what it printed, when it failed
     */
    public String run(String... command) {
        return run(command(List.of(command)));
    }

    /** Lays a cable from this machine to here; packets from here to elsewhere go that way. */
    public Cable cableToMachine() {
        Cable cable = lay(List.of(), command(List.of()), name);
        routeBy(cable);
        return cable;
    }

    /** Lays a cable from here to another namespace; packets from there to elsewhere come this way, and go on if there is a way. */
    public Cable cableTo(NetNamespace other) {
        Cable cable = lay(command(List.of()), other.command(List.of()), other.name);
        other.routeBy(cable);
        run("sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward; echo 1 > /proc/sys/net/ipv6/conf/all/forwarding");
        return cable;
    }

    private void routeBy(Cable cable) {
        run("ip", "route", "replace", "default", "via", cable.near4().getHostAddress());
        run("ip", "-6", "route", "replace", "default", "via", plain(cable.near6()), "dev", cable.farDevice());
    }

    private static Cable lay(List<String> near, List<String> far, String farName) {
        // Another test process on this machine counts from elsewhere.
        int number = Math.floorMod(ProcessHandle.current().pid() * 16 + NUMBERS.incrementAndGet(), CABLES);
        int base = 198 << 24 | 18 << 16 | number << 2;
        Cable cable = new Cable(
                "swn" + number, ipv4(base + 1), ipv6(number, 1), "swf" + number, ipv4(base + 2), ipv6(number, 2));
        run(prefixed(
                near,
                "ip",
                "link",
                "add",
                cable.nearDevice(),
                "type",
                "veth",
                "peer",
                "name",
                cable.farDevice(),
                "netns",
                farName));
        raise(near, cable.nearDevice(), cable.near4(), cable.near6());
        raise(far, cable.farDevice(), cable.far4(), cable.far6());
        return cable;
    }

    private static void raise(List<String> where, String device, Inet4Address ipv4, Inet6Address ipv6) {
        run(prefixed(where, "ip", "addr", "add", ipv4.getHostAddress() + "/30", "dev", device));
        // nodad: an address that is looked for by nobody else is fit at once.
        run(prefixed(where, "ip", "addr", "add", plain(ipv6) + "/64", "dev", device, "nodad"));
        run(prefixed(where, "ip", "link", "set", device, "up"));
    }

    /**
     * Does something on a thread that belongs to this network: sockets that it opens are in here, and stay so whoever uses them.
     *
     * @throws Exception what it threw
     */
    public <T> T call(Callable<T> task) throws Exception {
        FutureTask<T> inside = new FutureTask<>(() -> {
            Setns.enter("/run/netns/" + name);
            return task.call();
        });
        Thread.ofPlatform().name("in-" + name).start(inside);
        try {
            return inside.get();
        } catch (java.util.concurrent.ExecutionException failed) {
            throw failed.getCause() instanceof Exception cause ? cause : failed;
        }
    }

    @Override
    public void close() {
        remove();
        try {
            Runtime.getRuntime().removeShutdownHook(remover);
        } catch (IllegalStateException e) {
            // The test's process is ending already, and the hook does its work.
        }
    }

    private void remove() {
        run(List.of("ip", "netns", "del", name));
    }

    private static List<String> prefixed(List<String> where, String... command) {
        List<String> all = new ArrayList<>(where);
        all.addAll(List.of(command));
        return all;
    }

    /** Runs a command of this machine and gives what it printed. @throws IllegalStateException with that, when it failed */
    static String run(List<String> command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(COMMAND_TIMEOUT_MS, TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException(String.join(" ", command) + " did not end; it printed: " + printed);
            }
            if (process.exitValue() != 0) {
                throw new IllegalStateException(
                        String.join(" ", command) + " ended with " + process.exitValue() + ": " + printed);
            }
            return printed;
        } catch (IOException e) {
            throw new IllegalStateException(String.join(" ", command) + " did not start", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for " + String.join(" ", command), e);
        }
    }

    private static Inet4Address ipv4(int bits) {
        byte[] bytes = {(byte) (bits >> 24), (byte) (bits >> 16), (byte) (bits >> 8), (byte) bits};
        return (Inet4Address) address(bytes);
    }

    /** Of a network for tests that nobody else has (RFC 4193), 64 bits a cable. */
    private static Inet6Address ipv6(int cable, int end) {
        byte[] bytes = new byte[16];
        bytes[0] = (byte) 0xfd;
        bytes[1] = 0x5b;
        bytes[6] = (byte) (cable >> 8);
        bytes[7] = (byte) cable;
        bytes[15] = (byte) end;
        return (Inet6Address) address(bytes);
    }

    private static InetAddress address(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String plain(Inet6Address address) {
        return address.getHostAddress();
    }

    /** The system call that moves a thread to another network. Apart, so that only those who call it need a C library. */
    private static final class Setns {

        private static final int O_RDONLY_CLOEXEC = 0x8_0000;

        private static final Linker LINKER = Linker.nativeLinker();
        private static final SymbolLookup LIBC = LINKER.defaultLookup();
        private static final MethodHandle OPEN =
                call("open", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
        private static final MethodHandle SETNS =
                call("setns", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
        private static final MethodHandle CLOSE =
                call("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

        @SuppressWarnings("restricted") // libc is the one library that every process has
        private static MethodHandle call(String symbol, FunctionDescriptor form) {
            return LINKER.downcallHandle(LIBC.find(symbol).orElseThrow(), form);
        }

        /** Moves the calling thread, which must be a platform thread and end there. */
        static void enter(String file) {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment path = arena.allocateFrom(file);
                int descriptor = (int) OPEN.invokeExact(path, O_RDONLY_CLOEXEC);
                if (descriptor < 0) {
                    throw new IllegalStateException(file + " cannot be opened");
                }
                int refused = (int) SETNS.invokeExact(descriptor, CLONE_NEWNET);
                int unclosed = (int) CLOSE.invokeExact(descriptor);
                if (refused != 0 || unclosed != 0) {
                    throw new IllegalStateException("setns to " + file + " gave " + refused + ", close " + unclosed);
                }
            } catch (RuntimeException | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
