package io.spillway.sfu.session;

import io.spillway.media.codec.MediaKind;
import io.spillway.media.live.StreamName;
import io.spillway.sfu.DropReason;
import io.spillway.sfu.LayerWish;
import io.spillway.sfu.SessionStatus;
import io.spillway.sfu.Sfu.SessionRole;
import io.spillway.sfu.ice.IceCredentials;
import io.spillway.sfu.sdp.AgreedMedia;
import io.spillway.sfu.sdp.Agreement;
import io.spillway.sfu.sdp.FragmentAnswer;
import io.spillway.sfu.sdp.PlaySources;
import io.spillway.sfu.sdp.RemoteTransport;
import io.spillway.sfu.transport.CheckRefusal;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A session from its answer to its end, as all threads know it. At first it belongs to nobody: the loop that sees its first valid STUN check takes it, once.
 *
 * <pre>
 *   Pending --claim--> Owned --end--> Gone
 *      '------- expires, or is ended --'
 * </pre>
 */
final class Ticket {

    private final String id;
    private final SessionRole role;
    private final StreamName stream;
    private final FragmentAnswer fragment;
    private final long createdNs;
    private final int videoLine;
    private final String agent;
    private final AtomicReference<State> state;
    private volatile boolean picturePaused;
    private volatile LayerWish wish = LayerWish.AUTOMATIC;
    private volatile @Nullable CheckRefusal lastRefusal;

    /** The newest, which the peer may not have checked with yet. */
    private final AtomicReference<IceGeneration> generation;

    /** That of the credentials which hold; the owning loop changes it. */
    private volatile String ufrag;

    /** By what its directory has it; the directory's own, under this ticket's lock. */
    private Set<String> names = Set.of();

    sealed interface State {}

    /**
     * What a session is built from.
     *
     * @param sources what a viewer was promised; null of a publisher
     */
    record Pending(
            IceCredentials ice,
            Agreement agreement,
            @Nullable PlaySources sources,
            String agent) implements State {}

    /** A loop has it. */
    record Owned(int loop) implements State {}

    /** It ended. */
    record Gone() implements State {}

    static final int NO_LINE = -1;

    private static final Gone GONE = new Gone();

    Ticket(String id, SessionRole role, StreamName stream, Pending pending, long createdNs) {
        this.id = id;
        this.role = role;
        this.stream = stream;
        this.fragment = pending.agreement().fragment();
        this.ufrag = pending.ice().ufrag();
        RemoteTransport remote = pending.agreement().remote();
        this.generation = new AtomicReference<>(
                new IceGeneration(pending.ice(), new IceCredentials(remote.ufrag(), remote.pwd())));
        this.createdNs = createdNs;
        this.videoLine = pending.agreement().media().stream()
                .filter(media -> media.kind() == MediaKind.VIDEO)
                .mapToInt(AgreedMedia::index)
                .findFirst()
                .orElse(NO_LINE);
        this.agent = pending.agent();
        this.state = new AtomicReference<>(pending);
    }

    String id() {
        return id;
    }

    SessionRole role() {
        return role;
    }

    StreamName stream() {
        return stream;
    }

    /** How a restart is answered. */
    FragmentAnswer fragment() {
        return fragment;
    }

    /** The newest ICE generation. */
    IceGeneration generation() {
        return Objects.requireNonNull(generation.get(), "never unset");
    }

    /** Begins a generation; false when another has begun since {@code seen}. */
    boolean begin(IceGeneration seen, IceGeneration next) {
        return generation.compareAndSet(seen, next);
    }

    /** A check had the credentials of that user fragment: told by the loop that has it. */
    void onRestarted(String itsUfrag) {
        ufrag = itsUfrag;
    }

    /** The user fragments that checks may name it by: none once it ended, else the one that holds and the newest. */
    Set<String> ufrags() {
        String newest = generation().local().ufrag();
        if (state() instanceof Gone) {
            return Set.of();
        }
        return newest.equals(ufrag) ? Set.of(ufrag) : Set.of(ufrag, newest);
    }

    /** By what the directory has it. */
    Set<String> names() {
        return names;
    }

    void names(Set<String> known) {
        names = known;
    }

    long createdNs() {
        return createdNs;
    }

    /** The first video's m-line in the offer, from 0, or {@link #NO_LINE}. */
    int videoLine() {
        return videoLine;
    }

    /** The viewer's network carries no picture, or does again: told by the loop that has it. */
    void pausePicture(boolean paused) {
        picturePaused = paused;
    }

    boolean isPicturePaused() {
        return picturePaused;
    }

    /** What the viewer wants of its video's layers; the loop that has it, or comes to have it, looks here. */
    LayerWish wish() {
        return wish;
    }

    void wish(LayerWish next) {
        wish = next;
    }

    /** What the client calls itself. */
    String agent() {
        return agent;
    }

    /** A check that named the session before any loop had it was refused. */
    void onCheckRefused(DropReason refusal, InetSocketAddress from) {
        lastRefusal = new CheckRefusal(refusal, from);
    }

    /** As it is while no loop has it. {@code why} it ended, or null. */
    SessionStatus waiting(@Nullable String why, long nowNs) {
        return new SessionStatus(
                id,
                role,
                why == null ? SessionStatus.State.WAITING : SessionStatus.State.ENDED,
                agent,
                ageMs(nowNs),
                List.of(),
                null,
                PeerText.of(lastRefusal),
                why,
                null);
    }

    /** Since its answer. */
    long ageMs(long nowNs) {
        return (nowNs - createdNs) / 1_000_000;
    }

    State state() {
        return Objects.requireNonNull(state.get(), "never unset");
    }

    /** Takes the session for a loop; false when it is pending no more. */
    boolean claim(Pending seen, int loop) {
        return state.compareAndSet(seen, new Owned(loop));
    }

    /** Ends a session that no loop has taken; false when one has. */
    boolean cancel() {
        State seen = state.get();
        return seen instanceof Pending && state.compareAndSet(seen, GONE);
    }

    /** Told by the loop that had it. */
    void end() {
        state.set(GONE);
    }

    @Override
    public String toString() {
        return role.name().toLowerCase(java.util.Locale.ROOT) + " of " + stream;
    }
}
