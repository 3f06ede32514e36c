package io.spillway.sfu.session;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.media.rtcp.RtcpParser;
import io.spillway.media.rtcp.RtcpVisitor;
import io.spillway.media.rtcp.RtcpWriter;
import io.spillway.media.rtp.RtpHeaderWriter;
import io.spillway.media.rtp.RtpPacket;
import io.spillway.media.time.NtpTime;
import io.spillway.sfu.LayerWish;
import io.spillway.sfu.Rejected;
import io.spillway.sfu.peer.Peer;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a player makes of the sender reports and timestamps that it gets: sound and picture of one instant are given times within 20 ms of each other (R28), whatever the publisher's clock, its layers' timestamps and who
 * publishes. Each packet bears the instant at which it was captured.
 */
final class LipSyncTest {

    private static final long MS = 1_000_000L;
    private static final long IN_STEP_NS = 20 * MS;

    /** Reports come each second, the first half a second after the first packet. */
    private static final long REPORTED_MS = 1_500;

    /** A cached group that is shown fast is no longer than it. */
    private static final long CAUGHT_UP_MS = 2_000;

    private static final int VP8 = 96;
    private static final int OPUS = 111;
    private static final int LAYERS = 3;
    private static final int VIDEO_HZ = 90_000;
    private static final int SOUND_HZ = 48_000;

    private static final List<String> VIEWED = List.of(
            "m=video 9 UDP/TLS/RTP/SAVPF 96",
            "a=rtpmap:96 VP8/90000",
            "a=rtcp-fb:96 nack pli",
            "m=audio 9 UDP/TLS/RTP/SAVPF 111",
            "a=rtpmap:111 opus/48000/2");

    private static final List<String> PUBLISHED = List.of(
            "m=video 9 UDP/TLS/RTP/SAVPF 96",
            "a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid",
            "a=extmap:2 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id",
            "a=rtpmap:96 VP8/90000",
            "a=rtcp-fb:96 nack pli",
            "a=rid:0 send",
            "a=rid:1 send",
            "a=rid:2 send",
            "a=simulcast:send 0;1;2",
            "m=audio 9 UDP/TLS/RTP/SAVPF 111",
            "a=rtpmap:111 opus/48000/2");

    /** How publishers stamp and report their layers. */
    enum Dialect {
        /** Each layer on a base of its own, reported each; keyframes on request. */
        BROWSER,
        /** One base, the first layer reported only, a keyframe each two seconds. */
        OBS,
        /** Bases of their own, the first layer reported only, as nobody is known to do; keyframes on request. */
        MIXED
    }

    private final World world = new World(3);
    private final List<Studio> studios = new ArrayList<>();

    @ParameterizedTest
    @EnumSource(Dialect.class)
    void shouldStayInStepOverChangesOfLayer(Dialect dialect) throws Rejected {
        publish(dialect, 0);
        play(2_000);
        Player player = watch();
        play(CAUGHT_UP_MS);
        for (int change = 0; change < 7; change++) {
            world.sfu.choose(
                    World.LIVE,
                    player.negotiated.sessionId(),
                    null,
                    LayerWish.ofRid(Integer.toString(change % LAYERS)));
            play(dialect == Dialect.OBS ? CAUGHT_UP_MS : 0);
            player.compareAnew();
            play(3_000);
            player.assertInStep("change " + change);
        }
        assertTrue(player.changes >= 6, player.toString());
    }

    @ParameterizedTest
    @ValueSource(ints = {100, -100})
    void shouldStayInStepWhenThePublishersClockIsFastOrSlow(int ppm) throws Rejected {
        publish(Dialect.BROWSER, ppm);
        play(2_000);
        Player player = watch();
        play(2_000);
        player.compareAnew();
        play(300_000);
        player.assertInStep(ppm + " ppm");
    }

    @Test
    void shouldBeInStepAgainAfterATakeover() throws Rejected {
        publish(Dialect.BROWSER, 100);
        play(2_000);
        Player player = watch();
        for (Dialect next : List.of(Dialect.OBS, Dialect.BROWSER, Dialect.OBS)) {
            play(5_000);
            publish(next, -100);
            play(REPORTED_MS + CAUGHT_UP_MS);
            player.compareAnew();
            play(5_000);
            player.assertInStep("after " + next);
        }
        assertTrue(player.publishers >= 3, player.toString());
    }

    private void publish(Dialect dialect, int driftPpm) throws Rejected {
        Studio studio = new Studio(studios.size(), dialect, driftPpm);
        connect(studio.peer, studio.address);
        studio.begin();
        studios.forEach(each -> each.sends = false);
        studio.sends = true;
        studios.add(studio);
    }

    private Player watch() throws Rejected {
        Player player = new Player();
        connect(player.negotiated.peer(), player.address);
        return player;
    }

    private void connect(Peer peer, InetSocketAddress address) {
        world.net.attach(address, peer);
        assertTrue(world.net.runUntil(peer::isConnected, 5_000), "connected");
        world.net.advanceMs(200);
    }

    private void play(long ms) {
        for (long i = 0; i < ms; i++) {
            studios.forEach(Studio::tick);
            world.net.advanceMs(1);
        }
    }

    private static InetSocketAddress address(String host) {
        return new InetSocketAddress(World.address(host), 40_000);
    }

    /** A publisher whose picture leaves 60 ms after its capture and its sound 20 ms, on a clock of its own. */
    private final class Studio implements Peer.Listener, RtcpVisitor {

        private static final long SOUND_DELAY_NS = 20 * MS;
        private static final long PICTURE_DELAY_NS = 60 * MS;
        private static final long SOUND_NS = 20 * MS;
        private static final long PICTURE_NS = 33_333_333;
        private static final long REPORT_NS = 1_000 * MS;
        private static final int GROUP_FRAMES = 60;
        private static final int SSRC = 9_000;

        private final int number;
        private final Dialect dialect;
        private final double pace;
        private final InetSocketAddress address;
        private final Peer peer;
        private final RtpHeaderWriter header = new RtpHeaderWriter();
        private final RtcpWriter reports = new RtcpWriter();
        private final ByteBuffer buffer = ByteBuffer.allocateDirect(1_500);
        private final int[] bases = new int[LAYERS];
        private final int soundBase;
        private final long wallNs;
        private final boolean[] wanted = {true, true, true};
        private long bornNs;
        private long sounds;
        private long pictures;
        private long reported;
        private boolean sends;

        Studio(int number, Dialect dialect, int driftPpm) throws Rejected {
            this.number = number;
            this.dialect = dialect;
            this.pace = 1 + driftPpm * 1e-6;
            this.address = address("10.3.0." + (1 + number));
            Random random = new Random(number);
            for (int i = 0; i < LAYERS; i++) {
                bases[i] = i == 0 || dialect != Dialect.OBS ? random.nextInt() : bases[0];
            }
            this.soundBase = random.nextInt();
            // Some day in 2023, and each publisher believes in another hour.
            this.wallNs = 1_700_000_000_000_000_000L + number * 3_600_000_000_000L;
            this.peer =
                    Negotiated.by(world, true, () -> address, PUBLISHED, this).peer();
        }

        void begin() {
            bornNs = world.nowNs();
        }

        private long ownNs() {
            return (long) ((world.nowNs() - bornNs) * pace);
        }

        void tick() {
            if (!sends) {
                return;
            }
            for (; sounds * SOUND_NS + SOUND_DELAY_NS <= ownNs(); sounds++) {
                long capturedNs = sounds * SOUND_NS;
                header.begin(
                        buffer, 0, OPUS, false, (int) sounds & 0xFFFF, stamp(soundBase, capturedNs, SOUND_HZ), SSRC);
                send(header.finish(), capturedNs, 80);
            }
            for (; pictures * PICTURE_NS + PICTURE_DELAY_NS <= ownNs(); pictures++) {
                for (int layer = 0; layer < LAYERS; layer++) {
                    sendPicture(layer, pictures * PICTURE_NS);
                }
            }
            for (; reported * REPORT_NS + REPORT_NS / 2 <= ownNs(); reported++) {
                report(SSRC, soundBase, SOUND_HZ);
                for (int layer = 0; layer < (dialect == Dialect.BROWSER ? LAYERS : 1); layer++) {
                    report(SSRC + 1 + layer, bases[layer], VIDEO_HZ);
                }
            }
        }

        private void sendPicture(int layer, long capturedNs) {
            boolean keyframe = dialect == Dialect.OBS ? pictures % GROUP_FRAMES == 0 : wanted[layer];
            wanted[layer] = false;
            int sequence = (int) pictures & 0xFFFF;
            header.begin(buffer, 0, VP8, true, sequence, stamp(bases[layer], capturedNs, VIDEO_HZ), SSRC + 1 + layer);
            header.extension(1, "0".getBytes(StandardCharsets.US_ASCII));
            header.extension(2, Integer.toString(layer).getBytes(StandardCharsets.US_ASCII));
            int at = header.finish();
            buffer.put(at, (byte) 0x10).put(at + 1, (byte) (keyframe ? 0x10 : 0x11));
            buffer.put(at + 4, (byte) 0x9D).put(at + 5, (byte) 0x01).put(at + 6, (byte) 0x2A);
            buffer.putShort(at + 7, Short.reverseBytes((short) (640 >> layer)));
            buffer.putShort(at + 9, Short.reverseBytes((short) (360 >> layer)));
            buffer.put(at + Player.LAYER_OFFSET, (byte) layer);
            send(at, capturedNs, 900 - 200 * layer);
        }

        private void send(int headerLength, long capturedNs, int payloadBytes) {
            buffer.putLong(headerLength + Player.CAPTURE_OFFSET, bornNs + (long) (capturedNs / pace));
            buffer.put(headerLength + Player.PUBLISHER_OFFSET, (byte) number);
            peer.sendRtp(buffer, headerLength, headerLength + payloadBytes, world.nowNs());
        }

        private void report(int ssrc, int base, int rateHz) {
            reports.reset(buffer);
            long ntp = NtpTime.fromUnixNs(wallNs + ownNs());
            reports.senderReport(ssrc, ntp, stamp(base, ownNs(), rateHz), 1, 1);
            peer.sendRtcp(buffer, reports.length(), world.nowNs());
        }

        private int stamp(int base, long ownNs, int rateHz) {
            return base + (int) (ownNs / 1_000 * rateHz / 1_000_000);
        }

        @Override
        public void onPictureLoss(int senderSsrc, int mediaSsrc) {
            int layer = mediaSsrc - SSRC - 1;
            if (layer >= 0 && layer < LAYERS) {
                wanted[layer] = true;
            }
        }

        @Override
        public void onRtcp(ByteBuffer plain, int offset, int length, long nowNs) {
            assertTrue(RtcpParser.parse(plain, offset, length, this), "well-formed RTCP");
        }
    }

    /**
     * Gives each packet a time by the newest report of its stream, and compares that with when it was captured. A change of layer may set the picture's time ahead by a frame; the report that follows the first packet in the
     * same turn says so, and until it comes nothing is compared.
     */
    private final class Player implements Peer.Listener, RtcpVisitor {

        static final int LAYER_OFFSET = 14;
        static final int PUBLISHER_OFFSET = 15;
        static final int CAPTURE_OFFSET = 16;

        private record Report(long unixNs, int timestamp) {}

        private final InetSocketAddress address = address("10.3.1.1");
        private final Negotiated negotiated;
        private final RtpPacket packet = new RtpPacket();
        private final Map<Integer, Report> reports = new HashMap<>();
        private long soundLateNs = Long.MIN_VALUE;
        private long worstNs;
        private long worstAtNs;
        private int compared;
        private int unreported;
        private int layer = -1;
        private int changes;
        private int publisher = -1;
        private int publishers;

        Player() throws Rejected {
            this.negotiated = Negotiated.by(world, false, () -> address, VIEWED, this);
        }

        /** Forgets how far apart they were. */
        void compareAnew() {
            worstNs = 0;
            compared = 0;
        }

        /** All pictures since {@link #compareAnew} were in step, but for the first one of each change. */
        void assertInStep(String what) {
            assertTrue(compared > 0 && worstNs <= IN_STEP_NS, what + ": " + this);
            assertTrue(unreported <= changes + publishers, what + ": " + this);
        }

        @Override
        public void onRtp(ByteBuffer plain, int offset, int length, long nowNs) {
            assertTrue(packet.wrap(plain, offset, length));
            boolean sound = packet.payloadType() == OPUS;
            int at = packet.payloadOffset();
            if (plain.get(at + PUBLISHER_OFFSET) != publisher) {
                publisher = plain.get(at + PUBLISHER_OFFSET);
                publishers++;
                reports.clear();
            }
            if (!sound && plain.get(at + LAYER_OFFSET) != layer) {
                layer = plain.get(at + LAYER_OFFSET);
                changes++;
                reports.remove(packet.ssrc());
            }
            Report report = reports.get(packet.ssrc());
            if (report == null) {
                unreported += sound ? 0 : 1;
                return;
            }
            int ticks = packet.timestamp() - report.timestamp();
            long playedNs = report.unixNs() + ticks * 1_000_000_000L / (sound ? SOUND_HZ : VIDEO_HZ);
            long lateNs = playedNs - plain.getLong(at + CAPTURE_OFFSET);
            if (sound) {
                soundLateNs = lateNs;
            } else if (soundLateNs != Long.MIN_VALUE) {
                compared++;
                long apartNs = Math.abs(lateNs - soundLateNs);
                worstAtNs = apartNs > worstNs ? nowNs : worstAtNs;
                worstNs = Math.max(worstNs, apartNs);
            }
        }

        @Override
        public void onSenderReport(int ssrc, long ntp, int rtpTimestamp, long packetCount, long octetCount) {
            reports.put(ssrc, new Report(NtpTime.toUnixNs(ntp), rtpTimestamp));
        }

        @Override
        public void onRtcp(ByteBuffer plain, int offset, int length, long nowNs) {
            assertTrue(RtcpParser.parse(plain, offset, length, this), "well-formed RTCP");
        }

        @Override
        public String toString() {
            return "apart by " + worstNs / 1e6 + " ms at " + worstAtNs / MS + " ms; " + compared
                    + " pictures compared, " + unreported + " before a report, " + changes + " changes of layer, "
                    + publishers + " publishers";
        }
    }
}
