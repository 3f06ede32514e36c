package io.spillway.sfu.sdp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.spillway.sfu.Rejected;
import io.spillway.testkit.Seeds;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;

/** Any text gives an answer, a fragment or a refusal; nothing of a stranger's breaks out of its line (X20). */
class SdpFuzzTest {

    private static final Pattern ANSWER_LINE = Pattern.compile("[vostcma]=[ -~]+");

    /** What tends to break parsers of lines. */
    private static final List<String> PIECES = List.of(
            "\r\n",
            "\n",
            "\r",
            "\0",
            "\u2028",
            "\u0085",
            " ",
            ":",
            ";",
            "=",
            "/",
            "~",
            ",",
            "-1",
            "65536",
            "128",
            "4294967296",
            "é",
            "\"",
            "a=",
            "m=",
            "a=candidate:1 1 udp 1 203.0.113.66 1 typ host\r\n",
            "a=setup:active",
            "m=video 9 UDP/TLS/RTP/SAVPF 96\r\n");

    private static final String FRAGMENT = """
            a=group:BUNDLE 0 1
            m=audio 9 UDP/TLS/RTP/SAVPF 111
            a=mid:0
            a=ice-ufrag:EsAw
            a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1
            a=candidate:1387637174 1 udp 2122260223 192.0.2.1 61764 typ host generation 0 ufrag EsAw network-id 1
            a=candidate:473322822 1 tcp 1518280447 192.0.2.1 9 typ host tcptype active generation 0
            a=candidate:2 1 udp 2122194687 4443c617-c555-42ae-8071-762300f6a276.local 61765 typ host
            a=end-of-candidates
            """.replace("\n", "\r\n");

    @FuzzTest(maxDuration = "2m")
    void shouldAnswerOrRefuseAnyOffer(byte[] data) {
        negotiate(new String(data, StandardCharsets.UTF_8));
    }

    @FuzzTest(maxDuration = "2m")
    void shouldReadOrRefuseAnyFragment(byte[] data) {
        read(new String(data, StandardCharsets.UTF_8));
    }

    @Seeds(300)
    void shouldAnswerOrRefuseWhenCapturedOffersAreSpoilt(long seed) {
        Random random = new Random(seed);
        var text = new StringBuilder(Offers.captured(Offers.ALL.get(random.nextInt(Offers.ALL.size()))));
        for (int edits = 1 + random.nextInt(6); edits > 0; edits--) {
            int from = random.nextInt(text.length());
            int to = Math.min(text.length(), from + random.nextInt(12));
            switch (random.nextInt(3)) {
                case 0 -> text.delete(from, to);
                case 1 -> text.insert(from, PIECES.get(random.nextInt(PIECES.size())));
                default -> text.insert(random.nextInt(text.length()), text.substring(from, to));
            }
        }
        negotiate(text.toString());
        read(text.toString());
    }

    @Seeds(300)
    void shouldReadOrRefuseWhenFragmentsAreSpoilt(long seed) {
        Random random = new Random(seed);
        var text = new StringBuilder(FRAGMENT);
        for (int edits = 1 + random.nextInt(6); edits > 0; edits--) {
            int from = random.nextInt(text.length());
            int to = Math.min(text.length(), from + random.nextInt(12));
            switch (random.nextInt(3)) {
                case 0 -> text.delete(from, to);
                case 1 -> text.insert(from, PIECES.get(random.nextInt(PIECES.size())));
                default -> text.insert(random.nextInt(text.length()), text.substring(from, to));
            }
        }
        read(text.toString());
    }

    private static void negotiate(String text) {
        Offer offer;
        try {
            offer = Offer.parse(text);
        } catch (Rejected refusal) {
            assertEquals(400, refusal.status());
            assertOneLine(refusal);
            return;
        }
        try {
            check(text, Offers.negotiator().publish(offer));
        } catch (Rejected refusal) {
            assertOneLine(refusal);
        }
        for (PlaySources.Carried carried : List.of(Offers.VP8, Offers.h264("42e01f"))) {
            try {
                check(text, Offers.negotiator().play(offer, Offers.playing(carried)));
            } catch (Rejected refusal) {
                assertOneLine(refusal);
            }
        }
    }

    private static void check(String offer, Agreement agreement) {
        checkFragment(agreement);
        String answer = agreement.answer(Offers.LOCAL);
        assertTrue(answer.length() < 8192 && answer.endsWith("\r\n"));
        String[] lines = answer.split("\r\n", -1);
        for (int i = 0; i < lines.length - 1; i++) {
            assertTrue(ANSWER_LINE.matcher(lines[i]).matches(), lines[i]);
        }
        try {
            SessionDescription parsed = SdpParser.parse(answer);
            assertEquals(SdpParser.parse(offer).media().size(), parsed.media().size());
            long candidates = parsed.media().stream()
                    .mapToLong(media -> media.attributes().values("candidate").size())
                    .sum();
            assertEquals(Offers.LOCAL.candidates().size(), candidates);
            for (AgreedMedia media : agreement.media()) {
                assertTrue(!media.payloads().isEmpty()
                        && media.rids().size() <= 4
                        && media.sources().size() <= 16);
            }
        } catch (SdpException e) {
            throw new AssertionError(answer, e);
        }
    }

    /** What a restart is answered with reads as a fragment, whatever the offer. */
    private static void checkFragment(Agreement agreement) {
        String written = agreement.fragment().write(Offers.LOCAL);
        assertTrue(written.endsWith("\r\n") && !written.replace("\r\n", "").contains("\n"), written);
        try {
            IceFragment fragment = IceFragment.parse(written);
            assertEquals(Offers.LOCAL.ufrag(), fragment.ufrag());
            assertEquals(Offers.LOCAL.pwd(), fragment.pwd());
            assertEquals(Offers.LOCAL.candidates().size(), fragment.candidates().size());
            assertTrue(fragment.endOfCandidates());
        } catch (Rejected refusal) {
            throw new AssertionError(written, refusal);
        }
    }

    private static void read(String text) {
        try {
            IceFragment fragment = IceFragment.parse(text);
            assertEquals(fragment.ufrag() == null, fragment.pwd() == null);
            assertTrue(fragment.candidates().size() <= IceFragment.MAX_CANDIDATES);
            assertTrue(fragment.candidates().stream()
                    .allMatch(candidate -> candidate.usable().isPresent()));
        } catch (Rejected refusal) {
            assertEquals(400, refusal.status());
            assertOneLine(refusal);
        }
    }

    private static void assertOneLine(Rejected refusal) {
        assertTrue(refusal.status() == 400 || refusal.status() == 422);
        assertTrue(refusal.sentence().chars().noneMatch(Character::isISOControl), refusal.sentence());
    }
}
