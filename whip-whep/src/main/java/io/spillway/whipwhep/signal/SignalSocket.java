package io.spillway.whipwhep.signal;

import io.spillway.media.live.StreamName;
import io.spillway.sfu.Rejected;
import io.spillway.sfu.SessionStatus;
import io.spillway.whipwhep.Address;
import io.spillway.whipwhep.IceServer;
import io.spillway.whipwhep.Problem;
import io.spillway.whipwhep.Protocol;
import io.spillway.whipwhep.RateLimit;
import io.spillway.whipwhep.RateLimiter;
import io.spillway.whipwhep.Reply;
import io.spillway.whipwhep.events.EventStream;
import io.spillway.whipwhep.events.ViewerEvents;
import io.spillway.whipwhep.json.SignalMessage;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One socket: every message becomes the request of WHIP or WHEP that asks the same, so it is admitted, limited, counted and answered as that is. Sessions
 * belong to the socket that opened them: only it can speak of them, and they end with it.
 *
 * <p>Messages come in by one thread at a time and go out by one thread at a time; all else is called by any.
 */
public final class SignalSocket {

    /** A page that shows a wall of streams; more are a mistake. */
    static final int MAX_SESSIONS = 16;

    /** A burst holds the candidates of all sessions; nobody types faster than the rate. */
    static final RateLimit MESSAGES = new RateLimit(120, 30);

    /** Messages beyond the rate, one after another, before the socket is closed: who goes on does not listen. */
    static final int MAX_UNHEEDED = 60;

    static final long PING_EACH_NS = 10_000_000_000L;

    /** Three pings without a sign of life. */
    static final long SILENT_NS = 3 * PING_EACH_NS + 1;

    /** A socket for nothing goes: it took a place. */
    static final long UNUSED_NS = 60_000_000_000L;

    /** What a close frame may take to be answered. */
    private static final long LEAVING_NS = 5_000_000_000L;

    private final Signals signals;
    private final Peer peer;
    private final Wire wire;
    private final RateLimiter<String> rate = new RateLimiter<>(MESSAGES, 1);
    private final Map<String, HeldSession> sessions = new ConcurrentHashMap<>();
    private final Assembly assembly = new Assembly();
    private final Outbox outbox = new Outbox();
    private final AtomicBoolean placeHeld = new AtomicBoolean();
    private int unheeded;
    private volatile boolean closed;
    private volatile long heardNs;
    private volatile long usedNs;
    private long pingedNs;
    private long leavingNs;

    SignalSocket(Signals signals, Peer peer, Wire wire, long nowNs) {
        this.signals = signals;
        this.peer = peer;
        this.wire = wire;
        this.heardNs = nowNs;
        this.usedNs = nowNs;
        // The first ping goes at the first look.
        this.pingedNs = nowNs - PING_EACH_NS;
    }

    /** Takes a piece of a message; may block when it is the last of one. */
    public void onText(String piece, boolean last) {
        heard();
        if (closed || outbox.goodbye() != null) {
            return;
        }
        if (!assembly.isBegun()) {
            if (!takePlace()) {
                close(new Rejected(503, "overloaded", "too many messages at this moment; try again", 1));
                return;
            }
            assembly.begin(signals.nowNs());
        }
        if (!assembly.add(piece)) {
            givePlaceBack();
            close(new Rejected(
                    413,
                    "message-too-large",
                    "the message has more than " + Assembly.MAX_CHARS + " characters; an offer of 64 KiB fits"));
        } else if (last) {
            try {
                onMessage(assembly.take());
            } finally {
                givePlaceBack();
            }
        }
    }

    /** A message of bytes, or what comes of one. */
    public void onBinary() {
        if (outbox.goodbye() == null) {
            close(new Rejected(415, "unsupported-message", "the message is binary; send JSON as text"));
        }
    }

    /** The peer gave a sign of life. */
    public void heard() {
        heardNs = signals.nowNs();
    }

    /** Ends its sessions. May block. */
    public void onClosed() {
        closed = true;
        givePlaceBack();
        signals.forget(this);
        sessions.values().forEach(held -> end(held.address()));
        sessions.clear();
    }

    /** The next message to write; null when there is none now. By one thread at a time. */
    public @Nullable String next() {
        String first = outbox.poll();
        if (first != null || outbox.goodbye() != null) {
            return first;
        }
        sessions.values().forEach(held -> held.news().forEach(outbox::add));
        return outbox.poll();
    }

    /** How to close, once {@link #next} has nothing more; null while the socket goes on. */
    public @Nullable Goodbye goodbye() {
        return outbox.goodbye();
    }

    /** Looks after the socket, once a second, on one thread; may block. */
    void tick(long nowNs, Statuses statuses) {
        if (outbox.goodbye() != null) {
            leavingNs = leavingNs == 0 ? nowNs : leavingNs;
            if (nowNs - leavingNs > LEAVING_NS) {
                wire.cut();
            }
            return;
        }
        if (nowNs - heardNs > SILENT_NS) {
            wire.cut();
            return;
        }
        if (assembly.isBegun() && nowNs - assembly.begunNs() > signals.messageTimeoutNs()) {
            leave(Goodbye.status(408, "the message was not whole in time"));
            return;
        }
        if (!sessions.isEmpty()) {
            usedNs = nowNs;
        } else if (nowNs - usedNs > UNUSED_NS) {
            leave(Goodbye.status(408, "no session and no message for 60 s; open the socket when you need it"));
            return;
        }
        if (nowNs - pingedNs >= PING_EACH_NS) {
            pingedNs = nowNs;
            wire.ping();
        }
        sessions.values().forEach(held -> look(held, statuses));
    }

    /** The server goes down. */
    void drain() {
        say(
                new MessageText("drain")
                        .text(
                                "detail",
                                "the server is going down and ends its sessions; begin anew elsewhere, or here in a few seconds"));
    }

    /** Nothing more comes from this server. */
    void stop() {
        leave(Goodbye.GOING_AWAY);
    }

    private void look(HeldSession held, Statuses statuses) {
        Address.Session session = held.address();
        if (!signals.sfu().exists(session.protocol().role(), session.stream(), session.id())) {
            if (sessions.remove(held.id(), held)) {
                String why = statuses.find(session.stream(), session.id())
                        .map(SessionStatus::why)
                        .orElse("it was ended, or another publisher took its place");
                held.news().forEach(outbox::add);
                say(new MessageText("ended").text("session", held.id()).text("detail", why));
            }
        } else if (held.isMeasured()) {
            statuses.find(session.stream(), session.id())
                    .map(signals::statistics)
                    .ifPresent(held::tell);
        }
    }

    private boolean takePlace() {
        if (!signals.takePlace()) {
            return false;
        }
        placeHeld.set(true);
        return true;
    }

    private void givePlaceBack() {
        if (placeHeld.getAndSet(false)) {
            signals.givePlaceBack();
        }
    }

    private void onMessage(String text) {
        usedNs = signals.nowNs();
        int retryAfterSeconds = rate.take("", signals.nowNs());
        if (retryAfterSeconds > 0) {
            tooMany(retryAfterSeconds);
            return;
        }
        unheeded = 0;
        SignalMessage message = null;
        try {
            message = SignalMessage.parse(text);
            answer(message);
        } catch (Rejected refusal) {
            refuse(message == null ? null : message.id(), refusal);
        } catch (RuntimeException bug) {
            signals.log(bug);
            refuse(
                    message == null ? null : message.id(),
                    new Rejected(500, "internal-error", "the server failed; its log says why"));
        }
    }

    private void tooMany(int retryAfterSeconds) {
        Rejected refusal = new Rejected(
                429,
                "too-many-messages",
                "more than " + MESSAGES.perSecond() + " messages a second, " + MESSAGES.burst()
                        + " at once; this one was not read; try again in " + retryAfterSeconds + " s",
                retryAfterSeconds);
        unheeded++;
        if (unheeded > MAX_UNHEEDED) {
            close(refusal);
        } else {
            refuse(null, refusal);
        }
    }

    private void answer(SignalMessage message) throws Rejected {
        switch (Verb.of(message)) {
            case PUBLISH -> open(message, Protocol.WHIP, message.text("stream"));
            case PLAY -> open(message, Protocol.WHEP, message.needed("stream"));
            case CANDIDATE -> {
                HeldSession held = held(message);
                done(message, held, patch(held, held.tag(), message.candidateLines()));
            }
            case RESTART -> restart(message, held(message));
            case LAYER -> {
                HeldSession held = held(message);
                done(message, held, post(held, new Address.Layer(watched(held)), message.json()));
            }
            case EVENTS -> follow(message, held(message));
            case STATISTICS -> {
                HeldSession held = held(message);
                held.measure(message.unlessOff("on"));
                done(message, held, null);
            }
            case END -> {
                HeldSession held = held(message);
                Reply reply = ask("DELETE", held.address(), held.key(), "", "", new byte[0]);
                if (reply.status() < 300) {
                    sessions.remove(held.id(), held);
                }
                done(message, held, reply);
            }
        }
    }

    private void open(SignalMessage message, Protocol protocol, @Nullable String stream) throws Rejected {
        if (sessions.size() >= MAX_SESSIONS) {
            throw new Rejected(
                    429,
                    "too-many-sessions",
                    "a socket has " + MAX_SESSIONS + " sessions at most; end one, or open another socket",
                    1);
        }
        Address address = stream == null
                ? new Address.Endpoint(protocol, null)
                : StreamName.parse(stream)
                        .<Address>map(name -> new Address.Endpoint(protocol, name))
                        .orElseGet(() -> new Address.BadName(protocol, stream));
        String key = message.text("key");
        byte[] offer = message.needed("sdp").getBytes(StandardCharsets.UTF_8);
        Reply reply = ask("POST", address, key, "application/sdp", "", offer);
        Address.Session session = reply.created();
        if (session == null) {
            refuse(message.id(), reply);
            return;
        }
        HeldSession held = new HeldSession(session, key, reply.field("ETag"), wire);
        sessions.put(held.id(), held);
        if (closed) {
            // It may have closed before the session was among those that ended with it.
            end(session);
            return;
        }
        say(new MessageText("answer")
                .raw("id", message.id())
                .text("session", held.id())
                .text("stream", session.stream().value())
                .text("sdp", reply.body())
                .raw("iceServers", iceServers(held.id())));
    }

    private void restart(SignalMessage message, HeldSession held) throws Rejected {
        Reply reply = patch(
                held, "*", "a=ice-ufrag:" + message.line("ufrag") + "\r\na=ice-pwd:" + message.line("pwd") + "\r\n");
        if (reply.status() >= 300) {
            refuse(message.id(), reply);
            return;
        }
        held.restarted(reply.field("ETag"));
        say(new MessageText("restarted")
                .raw("id", message.id())
                .text("session", held.id())
                .text("fragment", reply.body()));
    }

    private void follow(SignalMessage message, HeldSession held) throws Rejected {
        Address.Session session = watched(held);
        EventStream before = held.events();
        Reply reply = post(held, new Address.Events(session), message.json("events"));
        String location = reply.field("Location");
        done(message, held, reply);
        ViewerEvents events = signals.whipWhep().events();
        events.find(session.stream(), session.id(), location.substring(location.lastIndexOf('/') + 1))
                .ifPresent(made -> {
                    held.follow(made);
                    if (before != null) {
                        events.end(session.stream(), session.id(), before.id());
                    }
                });
    }

    /** Only who watches chooses layers and is told of events. */
    private static Address.Session watched(HeldSession held) throws Rejected {
        if (held.address().protocol() != Protocol.WHEP) {
            throw new Rejected(
                    409,
                    "not-a-viewer",
                    "session " + held.id() + " publishes; layers and events are for one that plays");
        }
        return held.address();
    }

    private HeldSession held(SignalMessage message) throws Rejected {
        String id = message.needed("session");
        HeldSession held = sessions.get(id);
        if (held == null) {
            throw new Rejected(
                    404,
                    "no-such-session",
                    "\"" + SignalMessage.brief(id)
                            + "\" is no session of this socket; it may have ended, and only the socket that opened one can speak of it");
        }
        return held;
    }

    private Reply post(HeldSession held, Address address, byte[] body) {
        return ask("POST", address, held.key(), body.length == 0 ? "" : "application/json", "", body);
    }

    private Reply patch(HeldSession held, String ifMatch, String fragment) {
        return ask(
                "PATCH",
                held.address(),
                held.key(),
                "application/trickle-ice-sdpfrag",
                ifMatch,
                fragment.getBytes(StandardCharsets.UTF_8));
    }

    private Reply ask(String method, Address address, @Nullable String key, String type, String ifMatch, byte[] body) {
        return signals.ask(peer.call(method, address, key, type, ifMatch, body.length), body);
    }

    /** Says that what was asked is done, to who gave it an id, or that it was refused. */
    private void done(SignalMessage message, HeldSession held, @Nullable Reply reply) {
        if (reply != null && reply.status() >= 300) {
            refuse(message.id(), reply);
        } else if (message.id() != null) {
            say(new MessageText("done").raw("id", message.id()).text("session", held.id()));
        }
    }

    /** What WHIP or WHEP refused, and counted. */
    private void refuse(@Nullable String id, Reply reply) {
        String retryAfter = reply.field("Retry-After");
        refused(id, reply.body(), retryAfter.isEmpty() ? 0 : Integer.parseInt(retryAfter));
    }

    private void refuse(@Nullable String id, Rejected refusal) {
        signals.count(refusal);
        refused(id, Problem.json(refusal), refusal.retryAfterSeconds());
    }

    private void refused(@Nullable String id, String problem, int retryAfterSeconds) {
        say(new MessageText("refused")
                .raw("id", id)
                .raw("problem", problem)
                .raw("retryAfterMs", retryAfterSeconds == 0 ? null : Integer.toString(1000 * retryAfterSeconds)));
    }

    private void close(Rejected refusal) {
        refuse(null, refusal);
        leave(Goodbye.of(refusal));
    }

    private void leave(Goodbye goodbye) {
        outbox.end(goodbye);
        wire.wake();
    }

    private void say(MessageText message) {
        outbox.add(message.toString());
        wire.wake();
    }

    private void end(Address.Session session) {
        signals.sfu().end(session.protocol().role(), session.stream(), session.id());
    }

    private String iceServers(String session) {
        return signals.whipWhep().iceServers(session).stream()
                .map(IceServer::json)
                .collect(Collectors.joining(",", "[", "]"));
    }
}
