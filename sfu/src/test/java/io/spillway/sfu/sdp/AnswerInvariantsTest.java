package io.spillway.sfu.sdp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.sfu.Rejected;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for every answer to every captured offer, whatever its golden file says. */
class AnswerInvariantsTest {

    /** One offer with the agreement reached over it. */
    record Case(String name, SessionDescription offer, Agreement agreement, boolean publish) {

        String answer() {
            return agreement.answer(Offers.LOCAL);
        }

        SessionDescription parsedAnswer() throws SdpException {
            return SdpParser.parse(answer());
        }

        @Override
        public String toString() {
            return (publish ? "publish " : "play ") + name;
        }
    }

    static Stream<Case> agreements() {
        return Offers.ALL.stream().flatMap(name -> Stream.of(true, false).flatMap(publish -> agree(name, publish)));
    }

    private static Stream<Case> agree(String name, boolean publish) {
        String text = Offers.captured(name);
        try {
            Offer offer = Offer.parse(text);
            Agreement agreement = publish
                    ? Offers.negotiator().publish(offer)
                    : Offers.negotiator()
                            .play(offer, Offers.playing(name.contains("h264") ? Offers.h264("42e01f") : Offers.VP8));
            return Stream.of(new Case(name, SdpParser.parse(text), agreement, publish));
        } catch (Rejected refused) {
            return Stream.empty(); // the golden test holds which offers are refused
        } catch (SdpException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @MethodSource("agreements")
    void shouldBeBytesThatEveryClientReads(Case one) {
        String answer = one.answer();
        assertTrue(answer.startsWith("v=0\r\n"));
        assertTrue(answer.endsWith("\r\n"));
        assertEquals(answer.chars().filter(c -> c == '\n').count(), answer.split("\r\n", -1).length - 1);
        assertEquals(answer.indexOf('\r'), answer.indexOf("\r\n"));
        assertTrue(answer.getBytes(StandardCharsets.UTF_8).length < 8192);
        assertTrue(Grammar.isPrintable(answer.replace("\r\n", ""), 8192));
    }

    @ParameterizedTest
    @MethodSource("agreements")
    void shouldAnswerEachMediaLineInItsPlace(Case one) throws SdpException {
        List<MediaDescription> offered = one.offer().media();
        List<MediaDescription> answered = one.parsedAnswer().media();
        assertEquals(offered.size(), answered.size());
        for (int i = 0; i < offered.size(); i++) {
            assertEquals(offered.get(i).kind(), answered.get(i).kind());
            assertEquals(offered.get(i).protocol(), answered.get(i).protocol());
            assertEquals(
                    offered.get(i).attributes().values("mid"),
                    answered.get(i).attributes().values("mid"));
        }
    }

    @ParameterizedTest
    @MethodSource("agreements")
    void shouldBundleAllThatIsAcceptedAndNothingElse(Case one) throws SdpException {
        SessionDescription answer = one.parsedAnswer();
        String mids = one.offer().attributes().values("group").stream()
                .filter(group -> group.startsWith("BUNDLE"))
                .findFirst()
                .orElseThrow();
        for (MediaDescription media : answer.media()) {
            if (media.port() == 0) {
                mids = mids.replace(" " + media.attributes().values("mid").getFirst(), "");
            }
        }
        assertEquals(List.of(mids), answer.attributes().values("group"));
    }

    @ParameterizedTest
    @MethodSource("agreements")
    void shouldInventNoPayloadTypeAndNoExtensionId(Case one) throws SdpException {
        List<MediaDescription> answered = one.parsedAnswer().media();
        for (MediaDescription media : answered) {
            MediaDescription offered = one.offer().media().get(media.index());
            assertTrue(offered.formats().containsAll(media.formats()));
            Set<String> rtpmaps = new HashSet<>(offered.attributes().values("rtpmap"));
            assertTrue(rtpmaps.containsAll(media.attributes().values("rtpmap")));
            Set<String> fmtps = new HashSet<>(offered.attributes().values("fmtp"));
            assertTrue(fmtps.containsAll(media.attributes().values("fmtp")));
            for (String value : media.attributes().values("extmap")) {
                Extmap extmap = Extmap.parse(value).orElseThrow();
                assertTrue(offered.attributes().values("extmap").stream()
                        .flatMap(other -> Extmap.parse(other).stream())
                        .anyMatch(other ->
                                other.id() == extmap.id() && other.uri().equals(extmap.uri())));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("agreements")
    void shouldNeverAgreeToErrorCorrectionOfVideoNorForbiddenFeedback(Case one) {
        String answer = one.answer();
        assertFalse(answer.matches("(?is).*(ulpfec|flexfec|red/90000|lntf|rpsi).*"));
        // Feedback without numbers to feed back on, or numbers that nobody tells of, would be waited for in vain.
        for (String section : answer.split("\r\nm=", -1)) {
            assertEquals(
                    section.contains("transport-wide-cc-extensions-01"), section.contains(" transport-cc"), section);
        }
    }

    @ParameterizedTest
    @MethodSource("agreements")
    void shouldAnnounceTheTransportWhereEachClientLooks(Case one) throws SdpException {
        SessionDescription answer = one.parsedAnswer();
        assertTrue(answer.attributes().has("ice-lite"));
        List<String> candidates = answer.media().stream()
                .flatMap(media -> media.attributes().values("candidate").stream())
                .toList();
        assertEquals("1 1 udp 2130706431 192.0.2.7 8189 typ host", candidates.getFirst());
        assertEquals(3, candidates.size());
        String setup = switch (one.agreement().remote().ourRole()) {
            case SERVER -> "passive";
            case CLIENT -> "active";
        };
        assertEquals(one.name().startsWith("ffmpeg") ? "active" : "passive", setup);
        for (MediaDescription media : answer.media()) {
            if (media.port() != 0) {
                assertEquals(List.of("SpillwayUfrag123"), media.attributes().values("ice-ufrag"));
                assertEquals(1, media.attributes().values("ice-pwd").size());
                assertTrue(media.attributes().values("fingerprint").getFirst().startsWith("sha-256 00:01:02:"));
                assertEquals(List.of(setup), media.attributes().values("setup"));
                assertTrue(media.attributes().has("rtcp-mux"));
                assertTrue(media.attributes().has(one.publish() ? "recvonly" : "sendonly"));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("agreements")
    void shouldTakeAllSimulcastLayersOrNone(Case one) throws SdpException {
        for (MediaDescription media : one.parsedAnswer().media()) {
            List<String> offered =
                    one.offer().media().get(media.index()).attributes().values("simulcast");
            List<String> expected = one.publish()
                    ? offered.stream().map(line -> line.replace("send", "recv")).toList()
                    : List.of();
            assertEquals(expected, media.attributes().values("simulcast"));
            assertEquals(
                    expected.isEmpty() ? 0 : expected.getFirst().split(";", -1).length,
                    media.attributes().values("rid").size());
        }
    }

    @ParameterizedTest
    @MethodSource("agreements")
    void shouldAnnounceSourcesTowardViewersOnly(Case one) throws SdpException {
        for (MediaDescription media : one.parsedAnswer().media()) {
            boolean announces = !one.publish() && media.port() != 0;
            assertEquals(announces, media.attributes().has("msid"));
            assertEquals(announces, media.attributes().has("ssrc"));
            boolean rtx = media.attributes().values("rtpmap").stream().anyMatch(map -> map.contains(" rtx/"));
            assertEquals(announces && rtx, media.attributes().has("ssrc-group"));
            if (announces) {
                assertTrue(media.attributes().values("msid").getFirst().startsWith("spillway-stream "));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("agreements")
    void shouldTellTheSessionWhatTheAnswerSays(Case one) throws SdpException {
        SessionDescription answer = one.parsedAnswer();
        for (AgreedMedia agreed : one.agreement().media()) {
            Attributes attributes = answer.media().get(agreed.index()).attributes();
            assertEquals(attributes.values("mid"), List.of(agreed.mid()));
            assertEquals(attributes.has("rtcp-rsize"), agreed.reducedSizeRtcp());
            assertEquals(
                    attributes.values("rtpmap").stream()
                            .filter(map -> !map.contains(" rtx/") && !map.contains(" red/"))
                            .map(map -> map.substring(0, map.indexOf(' ')))
                            .toList(),
                    agreed.payloads().stream()
                            .map(mapping -> Integer.toString(mapping.payloadType()))
                            .toList());
            assertEquals(
                    attributes.values("extmap").size(), agreed.extensionIds().size());
            assertEquals(attributes.values("rid").size(), agreed.rids().size());
        }
    }
}
