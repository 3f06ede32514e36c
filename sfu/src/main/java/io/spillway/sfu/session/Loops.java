package io.spillway.sfu.session;

import io.spillway.media.live.PublicationListener;
import io.spillway.sfu.crossing.Crossing;
import io.spillway.sfu.loop.LoopExecutor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The media loops of one server, by number: how they, and all others, reach one. */
final class Loops {

    /** What all ways between loops may hold together at most. */
    private static final int CROSSING_BUDGET_BYTES = 256 << 20;

    /** Half a second of 60 Mbps; kept where the budget would be less. */
    private static final int MAX_CROSSING_BYTES = 4 << 20;

    private static final int MIN_CROSSING_BYTES = 256 << 10;

    private final List<Executor> executors;
    private final List<SfuCore> cores = new ArrayList<>();
    private final LongSupplier clockNs;
    private volatile @Nullable PublicationListener follower;

    /** What is done on a loop. */
    @FunctionalInterface
    interface Command {
        void run(SfuCore core, long nowNs);
    }

    Loops(List<? extends Executor> executors, LongSupplier clockNs) {
        this.executors = List.copyOf(executors);
        this.clockNs = clockNs;
    }

    /** Tells a listener of all publications from now on. Any thread. */
    void follow(PublicationListener listener) {
        follower = listener;
    }

    /** Who is told of publications; null for nobody. */
    @Nullable
    PublicationListener follower() {
        return follower;
    }

    /** Makes the next loop known; all are before any runs. */
    void add(SfuCore core) {
        cores.add(core);
    }

    int count() {
        return executors.size();
    }

    List<SfuCore> cores() {
        return cores;
    }

    /** Has a loop do something, after what it was asked for before by the same caller. Any thread. */
    void post(int loop, Command command) {
        executors.get(loop).execute(() -> cores.get(loop).run(command));
    }

    /** Runs tasks on a loop, as the sessions it owns ask for. */
    LoopExecutor executor(int loop) {
        return task -> post(loop, (_, nowNs) -> task.accept(nowNs));
    }

    /** The way from one loop to another. */
    Crossing crossing(int from, int to) {
        return new Crossing(from, crossingBytes(), executors.get(to), cores.get(to), clockNs);
    }

    long nowNs() {
        return clockNs.getAsLong();
    }

    private int crossingBytes() {
        int pairs = Math.max(1, count() * (count() - 1));
        return Math.clamp(Integer.highestOneBit(CROSSING_BUDGET_BYTES / pairs), MIN_CROSSING_BYTES, MAX_CROSSING_BYTES);
    }
}
