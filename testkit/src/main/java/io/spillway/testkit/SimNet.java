package io.spillway.testkit;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A datagram network in virtual time: the same seed, nodes and calls give the same deliveries. Single-threaded; time moves only in {@link #advanceMs}, {@link #runUntil} and their like.
 *
 * <p>Nodes are asked for their next deadline after every event, so a node may change it freely.
 */
public final class SimNet {

    /** No deadline. */
    public static final long NEVER = Long.MAX_VALUE;

    /** Virtual time at which every network starts: past zero, so that "0 = never" bugs show. */
    public static final long START_NS = 1_000_000_000L;

    private static final long NS_PER_MS = 1_000_000;

    /** A node that asks to be woken this often at one instant is stuck. */
    private static final int MAX_WAKES_AT_ONE_INSTANT = 10_000;

    /** A reordered datagram is held back by up to this many one-way delays more, at least 1 ms. */
    private static final int REORDER_DELAYS = 3;

    /** Someone with an address. */
    public interface Node {

        /** Takes a datagram that lies between position 0 and limit; it may be kept. */
        void onDatagram(ByteBuffer datagram, InetSocketAddress from, long nowNs);

        /** When to call {@link #onTimeout}, or {@link #NEVER}. */
        default long nextDeadlineNs() {
            return NEVER;
        }

        default void onTimeout(long nowNs) {}
    }

    /** Sees every datagram as it is sent, before loss; gives the bytes to carry on, or null to drop it. */
    @FunctionalInterface
    public interface Filter {
        @Nullable
        ByteBuffer pass(InetSocketAddress from, InetSocketAddress to, ByteBuffer datagram);
    }

    private record Path(InetSocketAddress from, InetSocketAddress to) {

        boolean touches(InetSocketAddress address) {
            return from.equals(address) || to.equals(address);
        }
    }

    private record Flight(long atNs, long order, InetSocketAddress from, InetSocketAddress to, ByteBuffer datagram) {}

    private final Random random;
    private final Map<InetSocketAddress, Node> nodes = new HashMap<>();
    private final List<Node> clocked = new ArrayList<>();
    private final Map<Path, Link> links = new HashMap<>();
    private final Map<Path, Long> lastArrivalNs = new HashMap<>();
    private final Map<Path, Path> bottlenecks = new HashMap<>();
    private final Map<Path, Long> bottleneckFreeNs = new HashMap<>();
    private final Set<Path> inBurst = new HashSet<>();
    private final List<Filter> filters = new ArrayList<>();
    private final List<Runnable> pumps = new ArrayList<>();
    private final PriorityQueue<Flight> flights =
            new PriorityQueue<>(Comparator.comparingLong(Flight::atNs).thenComparingLong(Flight::order));
    private Link defaultLink = Link.ofDelayMs(10);
    private long nowNs = START_NS;
    private long order;
    private long sent;
    private long lost;
    private int wakesAtThisInstant;

    public SimNet(long seed) {
        this.random = new Random(seed);
    }

    /** Puts a node at an address, replacing whoever was there. A node may have many addresses. */
    public void attach(InetSocketAddress address, Node node) {
        nodes.put(address, node);
        if (!clocked.contains(node)) {
            clocked.add(node);
        }
    }

    /** Removes whoever is at the address: datagrams on their way there are lost. Its deadlines go on while it has another address. */
    public void detach(InetSocketAddress address) {
        Node node = nodes.remove(address);
        if (node != null && !nodes.containsValue(node)) {
            clocked.remove(node);
        }
        lastArrivalNs.keySet().removeIf(path -> path.touches(address));
        bottleneckFreeNs.keySet().removeIf(path -> path.touches(address));
    }

    /** How every direction behaves that has no link of its own; 10 ms without loss at first. */
    public void defaultLink(Link link) {
        this.defaultLink = link;
    }

    /** How one direction behaves. */
    public void link(InetSocketAddress from, InetSocketAddress to, Link link) {
        Path path = new Path(from, to);
        links.put(path, link);
        if (link.bursts().begins() == 0) {
            inBurst.remove(path);
        }
    }

    /** Has one direction wait in the bottleneck of another, whose rate and queue hold for both together; delay and loss stay its own. */
    public void shareBottleneck(
            InetSocketAddress from, InetSocketAddress to, InetSocketAddress ofFrom, InetSocketAddress ofTo) {
        bottlenecks.put(new Path(from, to), new Path(ofFrom, ofTo));
    }

    /** How long a datagram sent that way now would wait for its bottleneck, nanoseconds. */
    public long queuedNs(InetSocketAddress from, InetSocketAddress to) {
        Path path = new Path(from, to);
        return Math.max(0, bottleneckFreeNs.getOrDefault(bottlenecks.getOrDefault(path, path), 0L) - nowNs);
    }

    /** Adds a filter; filters run in the order added. */
    public void filter(Filter filter) {
        filters.add(filter);
    }

    /** Adds work that is done after every event, such as running a {@link ManualLoop}'s tasks. */
    public void pump(Runnable work) {
        pumps.add(work);
    }

    public long nowNs() {
        return nowNs;
    }

    /** Datagrams given to {@link #send} so far. */
    public long sent() {
        return sent;
    }

    /** Datagrams that filters, loss, a full bottleneck or a missing node took so far. */
    public long lost() {
        return lost;
    }

    /** Sends a copy of {@code buffer[offset..+length)}. */
    public void send(InetSocketAddress from, InetSocketAddress to, ByteBuffer buffer, int offset, int length) {
        sent++;
        ByteBuffer copy = ByteBuffer.allocate(length);
        copy.put(0, buffer, offset, length);
        for (Filter filter : filters) {
            ByteBuffer passed = filter.pass(from, to, copy);
            if (passed == null) {
                lost++;
                return;
            }
            copy = passed;
        }
        Path path = new Path(from, to);
        Link link = links.getOrDefault(path, defaultLink);
        // Always drawn, so that one link's settings do not shift the draws of the others.
        double lossDraw = random.nextDouble();
        double duplicationDraw = random.nextDouble();
        double reorderingDraw = random.nextDouble();
        long jitterNs = (long) (random.nextDouble() * link.jitterNs());
        double holdDraw = random.nextDouble();
        if (lossDraw < (isInBurst(path, link.bursts()) ? link.bursts().loss() : link.loss())) {
            lost++;
            return;
        }
        long departureNs = departureNs(path, length);
        if (departureNs < 0) {
            lost++;
            return;
        }
        long arrivalNs = departureNs + link.delayNs() + jitterNs;
        if (reorderingDraw < link.reordering()) {
            arrivalNs += (long) (holdDraw * Math.max(NS_PER_MS, REORDER_DELAYS * link.delayNs()));
        } else {
            arrivalNs = Math.max(arrivalNs, lastArrivalNs.getOrDefault(path, 0L));
            if (nodes.containsKey(to)) {
                lastArrivalNs.put(path, arrivalNs);
            }
        }
        flights.add(new Flight(arrivalNs, order++, from, to, copy));
        if (duplicationDraw < link.duplication()) {
            ByteBuffer twin = ByteBuffer.allocate(copy.limit());
            twin.put(0, copy, 0, copy.limit());
            flights.add(new Flight(arrivalNs + link.delayNs() / 2, order++, from, to, twin));
        }
    }

    private boolean isInBurst(Path path, Link.Bursts bursts) {
        if (bursts.begins() > 0) {
            double draw = random.nextDouble();
            if (inBurst.contains(path) ? draw < bursts.ends() : draw >= bursts.begins()) {
                inBurst.remove(path);
            } else {
                inBurst.add(path);
            }
        }
        return inBurst.contains(path);
    }

    private long departureNs(Path path, int length) {
        Path bottleneck = bottlenecks.getOrDefault(path, path);
        Link link = links.getOrDefault(bottleneck, defaultLink);
        if (link.bitrateBps() == 0) {
            return nowNs;
        }
        long startNs = Math.max(nowNs, bottleneckFreeNs.getOrDefault(bottleneck, 0L));
        if (startNs - nowNs > link.queueNs()) {
            return -1;
        }
        long endNs = startNs + length * 8L * 1_000_000_000L / link.bitrateBps();
        bottleneckFreeNs.put(bottleneck, endNs);
        return endNs;
    }

    /** Lets the given time pass; everything due by then has happened when it returns. */
    public void advanceMs(long ms) {
        advanceTo(nowNs + ms * NS_PER_MS);
    }

    /** Lets time pass up to the given instant. */
    public void advanceTo(long untilNs) {
        boolean moved;
        do {
            moved = step(untilNs);
        } while (moved);
        nowNs = Math.max(nowNs, untilNs);
    }

    /** Lets time pass until the condition holds, at most {@code maxMs}; says whether it held. */
    public boolean runUntil(BooleanSupplier condition, long maxMs) {
        long untilNs = nowNs + maxMs * NS_PER_MS;
        runPumps();
        while (!condition.getAsBoolean()) {
            if (!step(untilNs)) {
                nowNs = Math.max(nowNs, untilNs);
                return condition.getAsBoolean();
            }
        }
        return true;
    }

    /** One event, if one is due by then. */
    private boolean step(long untilNs) {
        runPumps();
        Node due = null;
        long dueNs = NEVER;
        for (Node node : clocked) {
            long deadlineNs = node.nextDeadlineNs();
            if (deadlineNs < dueNs) {
                dueNs = deadlineNs;
                due = node;
            }
        }
        Flight head = flights.peek();
        long flightNs = head == null ? NEVER : head.atNs();
        if (Math.min(dueNs, flightNs) > untilNs) {
            return false;
        }
        if (head != null && flightNs <= dueNs) {
            flights.remove();
            moveTo(flightNs);
            deliver(head);
        } else if (due != null) {
            moveTo(dueNs);
            if (++wakesAtThisInstant > MAX_WAKES_AT_ONE_INSTANT) {
                throw new AssertionError("stuck at " + nowNs + " ns: " + due + " keeps asking for " + dueNs);
            }
            due.onTimeout(nowNs);
        }
        runPumps();
        return true;
    }

    private void moveTo(long atNs) {
        if (atNs > nowNs) {
            nowNs = atNs;
            wakesAtThisInstant = 0;
        }
    }

    private void deliver(Flight flight) {
        Node node = nodes.get(flight.to());
        if (node == null) {
            lost++;
            return;
        }
        node.onDatagram(flight.datagram(), flight.from(), nowNs);
    }

    private void runPumps() {
        for (Runnable pump : pumps) {
            pump.run();
        }
    }
}
