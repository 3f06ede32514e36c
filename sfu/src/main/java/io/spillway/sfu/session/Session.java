package io.spillway.sfu.session;

import io.spillway.media.live.LiveStream;
import io.spillway.sfu.SessionStatus;
import io.spillway.sfu.Sfu.SessionRole;
import io.spillway.sfu.transport.CloseReason;
import io.spillway.sfu.transport.Transport;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** One publisher or viewer: its transport, and what it does with its media. Owned by one loop. */
final class Session implements Transport.Listener {

    /** What the session tells its owner. */
    interface Owner {

        /** The transport is up; says whether the session may go on. */
        boolean onSessionConnected(Session session, long nowNs);

        /** Media came; {@link Session#onBurstEnd} is wanted at the end of the turn. */
        void onSessionTouched(Session session);

        void onSessionClosed(Session session, CloseReason reason, long nowNs);

        /** A check had the credentials of an ICE restart. */
        void onSessionRestarted(Session session, long nowNs);

        /** {@link Session#nextDeadlineNs} may be nearer than it was. */
        void onSessionDeadline(Session session);

        /** Our own code broke inside this session. */
        void onSessionDefect(Session session, RuntimeException defect, long nowNs);
    }

    private final Ticket ticket;
    private final LiveStream stream;
    private final Owner owner;
    private final DeadlineQueue.Place place = new DeadlineQueue.Place();
    private @Nullable Transport transport;
    private @Nullable SessionMedia media;
    private boolean connected;
    private boolean touched;
    private boolean ended;

    Session(Ticket ticket, LiveStream stream, Owner owner) {
        this.ticket = ticket;
        this.stream = stream;
        this.owner = owner;
    }

    /** Completes a session whose transport and media were built around it. */
    void carry(Transport itsTransport, SessionMedia itsMedia) {
        transport = itsTransport;
        media = itsMedia;
    }

    Ticket ticket() {
        return ticket;
    }

    /** {@code why} it ended, or null. */
    SessionStatus status(@Nullable String why, long nowNs) {
        Transport itsTransport = transport();
        InetSocketAddress selected = itsTransport.selectedAddress();
        return new SessionStatus(
                ticket.id(),
                ticket.role(),
                why != null
                        ? SessionStatus.State.ENDED
                        : connected ? SessionStatus.State.CONNECTED : SessionStatus.State.CHECKED,
                ticket.agent(),
                ticket.ageMs(nowNs),
                itsTransport.validAddresses().stream().map(PeerText::of).toList(),
                selected == null ? null : PeerText.of(selected),
                PeerText.of(itsTransport.lastRefusal()),
                why,
                connected ? media().figures(nowNs) : null);
    }

    String id() {
        return ticket.id();
    }

    SessionRole role() {
        return ticket.role();
    }

    /** Where its owner keeps its deadline. */
    DeadlineQueue.Place place() {
        return place;
    }

    LiveStream stream() {
        return stream;
    }

    boolean isConnected() {
        return connected;
    }

    boolean hasEnded() {
        return ended;
    }

    Transport transport() {
        if (transport == null) {
            throw new IllegalStateException("session without transport");
        }
        return transport;
    }

    SessionMedia media() {
        if (media == null) {
            throw new IllegalStateException("session without media");
        }
        return media;
    }

    @Override
    public void onConnected(long nowNs) {
        connected = true;
        if (owner.onSessionConnected(this, nowNs)) {
            media().onConnected(nowNs);
        }
    }

    @Override
    public void onDeadlineMoved() {
        if (!ended) {
            owner.onSessionDeadline(this);
        }
    }

    @Override
    public void onRtp(ByteBuffer packet, int offset, int length, long nowNs) {
        touch();
        try {
            media().onRtp(packet, offset, length, nowNs);
        } catch (RuntimeException defect) {
            onDefect(defect, nowNs);
        }
    }

    @Override
    public void onRtcp(ByteBuffer packet, int offset, int length, long nowNs) {
        touch();
        try {
            media().onRtcp(packet, offset, length, nowNs);
        } catch (RuntimeException defect) {
            onDefect(defect, nowNs);
        }
    }

    @Override
    public void onRestarted(long nowNs) {
        owner.onSessionRestarted(this, nowNs);
    }

    @Override
    public void onClosed(CloseReason reason, long nowNs) {
        if (!ended) {
            ended = true;
            try {
                media().close(nowNs);
            } finally {
                owner.onSessionClosed(this, reason, nowNs);
            }
        }
    }

    void onBurstEnd(long nowNs) {
        touched = false;
        if (!ended) {
            media().onBurstEnd(nowNs);
        }
    }

    /** When {@link #onTick} is wanted next. */
    long nextDeadlineNs() {
        long deadlineNs = transport().nextDeadlineNs();
        return connected && !ended ? Math.min(deadlineNs, media().nextDeadlineNs()) : deadlineNs;
    }

    void onTick(long nowNs) {
        if (transport().nextDeadlineNs() <= nowNs) {
            transport().onTimeout(nowNs);
        }
        if (!ended && connected && media().nextDeadlineNs() <= nowNs) {
            media().onTimeout(nowNs);
        }
    }

    /** Ends the session on our side: goodbye to the peer, then silence. */
    void end(long nowNs) {
        if (!ended) {
            ended = true;
            try {
                media().close(nowNs);
            } finally {
                transport().close(nowNs);
            }
        }
    }

    /** Our own code broke inside this session, in whoever's turn: it ends, and nothing else. */
    void onDefect(RuntimeException defect, long nowNs) {
        owner.onSessionDefect(this, defect, nowNs);
    }

    private void touch() {
        if (!touched) {
            touched = true;
            owner.onSessionTouched(this);
        }
    }

    @Override
    public String toString() {
        return ticket.toString();
    }
}
