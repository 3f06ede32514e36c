package io.spillway.whipwhep;

import io.spillway.media.live.StreamName;
import io.spillway.sfu.LayerWish;
import io.spillway.sfu.Rejected;
import io.spillway.sfu.Sfu;
import io.spillway.sfu.Sfu.IceAnswer;
import io.spillway.sfu.Sfu.SessionAnswer;
import io.spillway.sfu.Sfu.SessionRequest;
import io.spillway.sfu.Sfu.SessionRole;
import io.spillway.whipwhep.events.EventKind;
import io.spillway.whipwhep.events.EventStream;
import io.spillway.whipwhep.events.ViewerEvents;
import io.spillway.whipwhep.json.EventNames;
import io.spillway.whipwhep.json.LayerBody;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The endpoints and sessions of WHIP (RFC 9725) and WHEP (draft-ietf-wish-whep-03), free of any HTTP server. Any thread.
 *
 * <p>A request is served in two steps: {@link #atOnce} says what the header alone decides and never blocks; {@link #answer} asks
 * admission and SFU and may block.
 *
 * <p>A request below a session is judged in this order: 429, for PATCH 415 and 413, then 401 or 403, 404, and for PATCH 428 and 412,
 * then what its fragment says. A PATCH trickles, or with {@code If-Match: *} restarts ICE (RFC 9725 §4.3).
 */
public final class WhipWhep {

    private static final Logger LOG = LoggerFactory.getLogger(WhipWhep.class);

    /** The server cuts what agents call themselves here: it is shown to people. */
    private static final int MAX_AGENT_CHARS = 200;

    private static final Field ENDPOINT_ALLOW = new Field("Allow", "POST, GET, HEAD, OPTIONS");
    private static final Field SESSION_ALLOW = new Field("Allow", "DELETE, PATCH, GET, HEAD, OPTIONS");
    private static final Field LAYER_ALLOW = new Field("Allow", "POST, DELETE, OPTIONS");
    private static final Field EVENTS_ALLOW = new Field("Allow", "POST, OPTIONS");
    private static final Field FEED_ALLOW = new Field("Allow", "GET, DELETE, OPTIONS");
    private static final Field FEED_TYPE = new Field("Content-Type", "text/event-stream");

    /** nginx would hold events back until its buffer is full. */
    private static final Field FEED_UNBUFFERED = new Field("X-Accel-Buffering", "no");

    private static final String EXTENSION = "urn:ietf:params:whep:ext:core:";
    private static final String JSON_TYPE = "application/json";
    private static final Field SDP_TYPE = new Field("Content-Type", OfferBody.MEDIA_TYPE);
    private static final Field FRAGMENT_TYPE = new Field("Content-Type", FragmentBody.MEDIA_TYPE);
    private static final Field ACCEPT_PATCH = new Field("Accept-Patch", FragmentBody.MEDIA_TYPE);
    private static final Field ACCEPT_POST = new Field("Accept-Post", OfferBody.MEDIA_TYPE);
    private static final int BUSY_RETRY_SECONDS = 1;

    private final Sfu sfu;
    private final Admission admission;
    private final IceServers iceServers;
    private final Policy policy;
    private final Throttle throttle;
    private final ViewerEvents events;
    private final Tally tally = new Tally();
    private final Bugs bugs = new Bugs();

    /**
     * @param nanoTime monotonic clock
     * @param random cryptographically strong; any thread
     */
    public WhipWhep(
            Sfu sfu,
            Admission admission,
            IceServers iceServers,
            Policy policy,
            LongSupplier nanoTime,
            RandomGenerator random) {
        this.sfu = sfu;
        this.admission = admission;
        this.iceServers = iceServers;
        this.policy = policy;
        this.throttle = new Throttle(policy, nanoTime);
        this.events = new ViewerEvents(sfu, random, nanoTime);
    }

    public Policy policy() {
        return policy;
    }

    /** Takes one request of a caller's budget, for what is asked elsewhere. @throws Rejected 429 with the time to wait */
    public void throttle(InetAddress address, @Nullable String token) throws Rejected {
        throttle.take(address, token);
    }

    /** The servers that a session's client should use, as its answer names them in Link lines. */
    public List<IceServer> iceServers(String sessionId) {
        return iceServers.forSession(sessionId);
    }

    /** What viewers are told while they watch. */
    public ViewerEvents events() {
        return events;
    }

    /** Tells viewers what is new since the last time. Now and then, on one thread; may block. */
    public void lookAround() {
        try {
            events.look();
        } catch (RuntimeException bug) {
            bugs.log("the look for events", bug);
        }
    }

    /** Sessions opened and requests refused, by kind. */
    public List<Sfu.Counter> counters() {
        return tally.counters();
    }

    /** The reply that the header alone decides; empty when {@link #answer} has to be asked. Never blocks. */
    public Optional<Reply> atOnce(Call call) {
        try {
            if (call.method().equals("OPTIONS")) {
                return Optional.of(options(call));
            }
            requireHttps(call);
            return switch (call.address()) {
                case Address.Endpoint endpoint -> endpoint(call, endpoint);
                case Address.Session session -> session(call);
                case Address.Layer layer -> layer(call);
                case Address.Events it -> events(call);
                case Address.EventFeed feed -> feed(call, feed);
                case Address.BadName bad ->
                    throw new Rejected(400, "bad-stream-name", "not a stream name; allowed is " + StreamName.ALLOWED);
                case Address.Nowhere nowhere ->
                    throw new Rejected(404, "not-found", "there is nothing at this address");
            };
        } catch (Rejected refusal) {
            return Optional.of(refuse(call, refusal));
        }
    }

    /** The reply to what {@link #atOnce} let through. May block for as long as admission and SFU do. */
    public Reply answer(Call call, byte[] body) {
        try {
            return switch (call.address()) {
                case Address.Endpoint endpoint -> open(call, endpoint, OfferBody.decode(body));
                case Address.Session session -> onSession(call, session, body);
                case Address.Layer layer -> onLayer(call, layer.session(), body);
                case Address.Events it -> onEvents(call, it.session(), body);
                case Address.EventFeed feed -> endFeed(call, feed);
                default -> throw new IllegalStateException("already answered: " + call.address());
            };
        } catch (Rejected refusal) {
            return refuse(call, refusal);
        } catch (RuntimeException bug) {
            bugs.log(call.method() + " " + call.address().protocol(), bug);
            return refuse(call, new Rejected(500, "internal-error", "the server failed; its log says why"));
        }
    }

    /** More was sent than a body may have. */
    public Reply bodyTooLarge(Call call) {
        return refuse(
                call,
                switch (call.address()) {
                    case Address.Layer _ -> choiceTooLarge();
                    case Address.Events _ -> eventsTooLarge();
                    case Address.Session _ -> FragmentBody.tooLarge();
                    default -> OfferBody.tooLarge();
                });
    }

    /** The body did not come in time. */
    public Reply bodyTooSlow(Call call) {
        return refuse(
                call,
                new Rejected(408, "offer-too-slow", "the body was not here within " + policy.bodyTimeoutMs() + " ms"));
    }

    /** The body broke off or was badly framed; {@code why} is what the HTTP server has to say of it. */
    public Reply bodyBroken(Call call, String why) {
        return refuse(call, new Rejected(400, "broken-body", "the body broke off or was badly framed (" + why + ")"));
    }

    /** More requests are in the making than the server holds. W22. */
    public Reply busy(Call call) {
        return refuse(
                call,
                new Rejected(503, "overloaded", "too many requests at this moment; try again", BUSY_RETRY_SECONDS));
    }

    /** Ends a session whose creation could not be told to anyone. May block. */
    public void undelivered(Address.Session session) {
        sfu.end(session.protocol().role(), session.stream(), session.id());
    }

    private void requireHttps(Call call) throws Rejected {
        if (policy.httpsOnly() && !call.secure() && !call.caller().address().isLoopbackAddress()) {
            throw new Rejected(403, "https-required", "this server takes keys and offers over https only");
        }
    }

    private static Reply options(Call call) {
        if (call.has("Access-Control-Request-Method")) {
            return Reply.of(204, Cors.PREFLIGHT.toArray(new Field[0]));
        }
        List<Field> fields = new ArrayList<>(Cors.PREFLIGHT);
        if (call.address() instanceof Address.Endpoint) {
            fields.add(ENDPOINT_ALLOW);
            fields.add(ACCEPT_POST);
        } else {
            fields.add(
                    switch (call.address()) {
                        case Address.Layer _ -> LAYER_ALLOW;
                        case Address.Events _ -> EVENTS_ALLOW;
                        case Address.EventFeed _ -> FEED_ALLOW;
                        default -> SESSION_ALLOW;
                    });
            if (call.address() instanceof Address.Session) {
                fields.add(ACCEPT_PATCH);
            }
        }
        return Reply.of(200, fields.toArray(new Field[0]));
    }

    private Optional<Reply> endpoint(Call call, Address.Endpoint endpoint) throws Rejected {
        return switch (call.method()) {
            // Discovery: a WHEP client tells by this type that a page's address is one to play from. P5.
            case "GET", "HEAD" ->
                Optional.of(endpoint.protocol() == Protocol.WHEP ? Reply.of(200, SDP_TYPE) : Reply.of(204));
            case "POST" -> {
                throttle(call);
                OfferBody.check(call);
                yield Optional.empty();
            }
            default -> Optional.of(notAllowed(call, ENDPOINT_ALLOW));
        };
    }

    private Optional<Reply> session(Call call) throws Rejected {
        return switch (call.method()) {
            case "GET", "HEAD" -> Optional.empty();
            case "DELETE" -> {
                throttle(call);
                yield Optional.empty();
            }
            case "PATCH" -> {
                throttle(call);
                FragmentBody.check(call);
                yield Optional.empty();
            }
            default -> Optional.of(notAllowed(call, SESSION_ALLOW));
        };
    }

    private Optional<Reply> layer(Call call) throws Rejected {
        switch (call.method()) {
            case "POST" -> {
                throttle(call);
                if (!OfferBody.isMediaType(call.first("Content-Type"), JSON_TYPE)) {
                    throw new Rejected(
                            415,
                            "unsupported-media-type",
                            "a choice of layers is sent with Content-Type: " + JSON_TYPE + ", not otherwise");
                }
                if (call.bodyBytes() > LayerBody.MAX_BYTES) {
                    throw choiceTooLarge();
                }
            }
            case "DELETE" -> throttle(call);
            default -> {
                return Optional.of(notAllowed(call, LAYER_ALLOW));
            }
        }
        return Optional.empty();
    }

    /** P18: a choice holds until the next; DELETE, and a choice of nothing, leave it to the server. */
    private Reply onLayer(Call call, Address.Session session, byte[] body) throws Rejected {
        admit(call, session.protocol(), session.stream());
        if (body.length > LayerBody.MAX_BYTES) {
            throw choiceTooLarge();
        }
        LayerBody choice =
                call.method().equals("DELETE") ? new LayerBody(null, LayerWish.AUTOMATIC) : LayerBody.parse(body);
        sfu.choose(session.stream(), session.id(), choice.mediaId(), choice.wish());
        return Reply.of(200);
    }

    private static Rejected choiceTooLarge() {
        return new Rejected(
                413, "layer-choice-too-large", "a choice of layers may have " + LayerBody.MAX_BYTES + " bytes at most");
    }

    private Optional<Reply> events(Call call) throws Rejected {
        if (!call.method().equals("POST")) {
            return Optional.of(notAllowed(call, EVENTS_ALLOW));
        }
        throttle(call);
        if (call.has("Content-Type")) {
            OfferBody.checkType(call, "a list of events", JSON_TYPE);
        }
        if (call.bodyBytes() > EventNames.MAX_BYTES) {
            throw eventsTooLarge();
        }
        return Optional.empty();
    }

    /** P13: no body asks for every event that the Link header lists. */
    private Reply onEvents(Call call, Address.Session session, byte[] body) throws Rejected {
        admit(call, session.protocol(), session.stream());
        if (body.length > EventNames.MAX_BYTES) {
            throw eventsTooLarge();
        }
        Set<EventKind> kinds = ViewerEvents.kinds(body.length == 0 ? List.of() : EventNames.parse(body));
        EventStream made = events.create(session.stream(), session.id(), kinds);
        return Reply.of(201, new Field("Location", call.base() + session.eventsPath() + "/" + made.id()));
    }

    private static Rejected eventsTooLarge() {
        return new Rejected(
                413, "event-list-too-large", "a list of events may have " + EventNames.MAX_BYTES + " bytes at most");
    }

    /** P14: whoever knows the address of a stream may read it, as EventSource sends no key. */
    private Optional<Reply> feed(Call call, Address.EventFeed feed) throws Rejected {
        return switch (call.method()) {
            case "GET" -> {
                throttle(call);
                EventStream found = events.find(
                                feed.session().stream(), feed.session().id(), feed.id())
                        .orElseThrow(WhipWhep::noFeed);
                yield Optional.of(new Reply(200, List.of(FEED_TYPE, FEED_UNBUFFERED), "", null, found));
            }
            case "DELETE" -> {
                throttle(call);
                yield Optional.empty();
            }
            default -> Optional.of(notAllowed(call, FEED_ALLOW));
        };
    }

    private Reply endFeed(Call call, Address.EventFeed feed) throws Rejected {
        Address.Session session = feed.session();
        admit(call, session.protocol(), session.stream());
        if (!events.end(session.stream(), session.id(), feed.id())) {
            throw noFeed();
        }
        return Reply.of(200);
    }

    private static Rejected noFeed() {
        return new Rejected(
                404, "no-such-event-stream", "there is no such event stream; it ends with its session, or by DELETE");
    }

    /** P12, P18, P19. */
    private List<Field> extensions(String base, Address.Session session) {
        List<Field> links = new ArrayList<>();
        links.add(new Field(
                "Link",
                "<" + base + session.eventsPath() + ">; rel=\"" + EXTENSION + "server-sent-events\"; events=\""
                        + EventKind.LABELS + "\""));
        if (sfu.videoLine(session.stream(), session.id()).isPresent()) {
            links.add(new Field("Link", "<" + base + session.layerPath() + ">; rel=\"" + EXTENSION + "layer\""));
        }
        return links;
    }

    private Reply open(Call call, Address.Endpoint endpoint, String offer) throws Rejected {
        Protocol protocol = endpoint.protocol();
        StreamName stream = admit(call, protocol, endpoint.stream());
        SessionRequest request = new SessionRequest(stream, offer, call.serverAddress(), agent(call));
        SessionAnswer answer = protocol == Protocol.WHIP ? sfu.publish(request) : sfu.play(request);
        Address.Session session = new Address.Session(protocol, stream, answer.sessionId());
        List<Field> fields = new ArrayList<>();
        fields.add(SDP_TYPE);
        fields.add(new Field("Location", call.base() + session.path()));
        fields.add(etag(answer.iceTag()));
        try {
            for (IceServer server : iceServers(answer.sessionId())) {
                fields.add(new Field("Link", server.link()));
            }
            if (protocol == Protocol.WHEP) {
                fields.addAll(extensions(call.base(), session));
            }
        } catch (RuntimeException bug) {
            undelivered(session);
            throw bug;
        }
        tally.opened(protocol.segment());
        return new Reply(201, List.copyOf(fields), answer.sdp(), session, null);
    }

    private Reply onSession(Call call, Address.Session session, byte[] body) throws Rejected {
        Protocol protocol = session.protocol();
        return switch (call.method()) {
            case "DELETE" -> {
                admit(call, protocol, session.stream());
                if (!sfu.end(protocol.role(), session.stream(), session.id())) {
                    throw noSession();
                }
                yield Reply.of(200);
            }
            case "PATCH" -> {
                admit(call, protocol, session.stream());
                yield onFragment(call, session, body);
            }
            default -> {
                requireSession(session);
                yield Reply.of(204);
            }
        };
    }

    private Reply onFragment(Call call, Address.Session session, byte[] body) throws Rejected {
        SessionRole role = session.protocol().role();
        String newest = sfu.iceTag(role, session.stream(), session.id()).orElseThrow(WhipWhep::noSession);
        IfMatch ifMatch = IfMatch.of(call.all("If-Match"));
        if (ifMatch.isAbsent() && policy.strictIfMatch()) {
            throw new Rejected(
                    428,
                    "if-match-required",
                    "a PATCH has If-Match: the newest ETag of the session, or * for an ICE restart");
        }
        if (!ifMatch.isAbsent() && !ifMatch.isAny() && !ifMatch.matches(newest)) {
            throw new Rejected(
                    412,
                    "other-ice-generation",
                    "If-Match is not the ETag of the session's newest ICE generation; send that, or * for an ICE restart");
        }
        String fragment = FragmentBody.decode(body);
        if (!ifMatch.isAny()) {
            sfu.trickle(role, session.stream(), session.id(), fragment, !ifMatch.isAbsent());
            return Reply.of(204);
        }
        IceAnswer answer = sfu.restart(role, session.stream(), session.id(), fragment, call.serverAddress());
        return new Reply(200, List.of(FRAGMENT_TYPE, etag(answer.iceTag())), answer.fragment(), null, null);
    }

    private static Field etag(String tag) {
        return new Field("ETag", IfMatch.quote(tag));
    }

    /** Asks admission; the stream is null only where the bearer has to name it. */
    private StreamName admit(Call call, Protocol protocol, @Nullable StreamName stream) throws Rejected {
        Credential credential = credential(call);
        if (protocol == Protocol.WHIP) {
            return admission.publish(call.caller(), stream, credential.value());
        }
        if (stream != null) {
            admission.play(call.caller(), stream, credential.value());
            return stream;
        }
        // The bearer is spent on the name, so only the address can carry a play token beside it.
        String name = credential.header();
        if (name == null) {
            throw new Rejected(401, "unauthorized", "name the stream in the path, or as bearer");
        }
        StreamName named = StreamName.parse(name)
                .orElseThrow(() -> new Rejected(
                        400, "bad-stream-name", "the bearer is no stream name; allowed is " + StreamName.ALLOWED));
        admission.play(call.caller(), named, credential.query());
        return named;
    }

    private void requireSession(Address.Session session) throws Rejected {
        if (!sfu.exists(session.protocol().role(), session.stream(), session.id())) {
            throw noSession();
        }
    }

    private static Rejected noSession() {
        return new Rejected(404, "no-such-session", "there is no such session; it may have ended");
    }

    private void throttle(Call call) throws Rejected {
        throttle.take(call.caller().address(), credential(call).value());
    }

    private static Credential credential(Call call) throws Rejected {
        return Credential.of(call.all("Authorization"), call.query());
    }

    private static String agent(Call call) {
        String agent = call.first("User-Agent");
        return agent.length() > MAX_AGENT_CHARS ? agent.substring(0, MAX_AGENT_CHARS) : agent;
    }

    private Reply notAllowed(Call call, Field allow) {
        return refuse(
                call, new Rejected(405, "method-not-allowed", "this address takes " + allow.value() + " only"), allow);
    }

    private Reply refuse(Call call, Rejected refusal, Field... extra) {
        Protocol protocol = call.address().protocol();
        tally.refused(protocol.segment(), refusal.type());
        LOG.debug("{} {} refused: {} {}", protocol, call.method(), refusal.status(), refusal.type());
        if (refusal.status() == 401) {
            boolean sent = call.has("Authorization") || Credential.stands(call.query());
            // RFC 6750 §3.1: who sent nothing is told no error.
            return Problem.reply(
                    refusal, new Field("WWW-Authenticate", sent ? "Bearer error=\"invalid_token\"" : "Bearer"));
        }
        if (refusal.status() == 415 && call.address() instanceof Address.Endpoint) {
            return Problem.reply(refusal, ACCEPT_POST);
        }
        if (refusal.status() == 415 && call.address() instanceof Address.Session) {
            return Problem.reply(refusal, ACCEPT_PATCH);
        }
        return Problem.reply(refusal, extra);
    }
}
