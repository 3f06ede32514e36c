package io.spillway.sfu.sdp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import io.spillway.sfu.Rejected;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Every captured offer, published and played, gets the answer or the refusal kept under {@code resources/answers}. With {@code -Dspillway.golden.write=true} in
 * {@code -Dtest.jvm.args} the files are written instead of compared; their difference is then read before it is committed.
 */
class GoldenAnswerTest {

    private static final Path ANSWERS = Path.of("src/test/resources/answers");

    private static final boolean WRITE = Boolean.getBoolean("spillway.golden.write");

    /** Who asks for what: a publisher; a viewer of VP8; a viewer of H.264 High, which no captured client offers. */
    private enum How {
        PUBLISH,
        PLAY_VP8,
        PLAY_H264;

        Agreement agree(String offer) throws Rejected {
            Offer parsed = Offer.parse(offer);
            return switch (this) {
                case PUBLISH -> Offers.negotiator().publish(parsed);
                case PLAY_VP8 -> Offers.negotiator().play(parsed, Offers.playing(Offers.VP8));
                case PLAY_H264 -> Offers.negotiator().play(parsed, Offers.playing(Offers.h264("640028")));
            };
        }
    }

    @Test
    void shouldGiveTheGoldenAnswerOrRefusalWhenOfferIsCaptured() throws IOException {
        var refusals = new ArrayList<String>();
        var answered = new ArrayList<String>();
        for (How how : How.values()) {
            for (String offer : Offers.ALL) {
                String name = how + " " + offer;
                try {
                    String answer = how.agree(Offers.captured(offer)).answer(Offers.LOCAL);
                    compare(ANSWERS.resolve(name.replace(' ', '/') + ".sdp"), answer);
                    answered.add(name);
                } catch (Rejected refusal) {
                    refusals.add(name + ": " + refusal.status() + " " + refusal.type() + ": " + refusal.sentence());
                }
            }
        }
        compare(ANSWERS.resolve("refusals.txt"), String.join("\n", refusals) + "\n");
        assertEquals(kept(), answered);
    }

    @Test
    void shouldKnowEveryCapturedOffer() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("src/test/resources/offers"))) {
            assertEquals(
                    Offers.ALL,
                    files.map(file -> file.getFileName().toString().replace(".sdp", ""))
                            .sorted()
                            .toList());
        }
    }

    private static void compare(Path file, String outcome) throws IOException {
        if (WRITE) {
            Files.createDirectories(Optional.ofNullable(file.getParent()).orElseThrow());
            Files.writeString(file, outcome);
        }
        if (!Files.exists(file)) {
            fail(file + " is not kept; the outcome is\n" + outcome);
        }
        assertEquals(Files.readString(file), outcome, file::toString);
    }

    /** The kept answers as {@code PLAY_VP8 chromium-156-recvonly}, in the order of negotiation. */
    private static List<String> kept() {
        return Stream.of(How.values())
                .flatMap(how -> Offers.ALL.stream()
                        .filter(offer ->
                                Files.exists(ANSWERS.resolve(how.name()).resolve(offer + ".sdp")))
                        .map(offer -> how + " " + offer))
                .toList();
    }
}
