package io.spillway.signaling.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.media.live.StreamName;
import io.spillway.sfu.DropReason;
import io.spillway.sfu.LoopStatus;
import io.spillway.sfu.Sfu.Counter;
import io.spillway.sfu.Shedding;
import io.spillway.sfu.StreamStatus;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class MetricsTest {

    private final List<StreamStatus> streams = new ArrayList<>();
    private final List<Counter> sfu = new ArrayList<>();
    private final List<Counter> http = new ArrayList<>();
    private final List<LoopStatus> loops = new ArrayList<>(
            List.of(new LoopStatus(3, 1_500_000, Shedding.NOTHING), new LoopStatus(0, 0, Shedding.NOTHING)));
    private final Metrics metrics = new Metrics(
            () -> List.copyOf(streams),
            () -> List.copyOf(loops),
            List.of(() -> List.copyOf(sfu), () -> List.copyOf(http)));

    @AfterEach
    void close() {
        metrics.close();
    }

    @Test
    void shouldTellOfTheMachineAndTheProcess() {
        PrometheusText text = scrape();
        for (String name : List.of(
                "jvm_memory_used_bytes",
                "jvm_threads_live_threads",
                "jvm_info",
                "process_cpu_usage",
                "process_uptime_seconds",
                "process_files_open_files",
                "system_cpu_count")) {
            assertTrue(text.hasName(name), name);
        }
    }

    @Test
    void shouldTellHowBusyEachLoopIsAndWhatItSheds() {
        assertEquals(3, scrape().value("spillway_loop_busy_percent{loop=\"0\"}"));
        assertEquals(1.5, scrape().value("spillway_loop_longest_turn_ms{loop=\"0\"}"));
        loops.set(1, new LoopStatus(97, 40_000_000, Shedding.JOINS));
        PrometheusText text = scrape();
        assertEquals(97, text.value("spillway_loop_busy_percent{loop=\"1\"}"));
        assertEquals(3, text.value("spillway_loop_shedding{loop=\"1\"}"));
        assertEquals(0, text.value("spillway_loop_shedding{loop=\"0\"}"));
    }

    @Test
    void shouldTellOfEveryDropByItsReason() {
        for (DropReason reason : DropReason.values()) {
            sfu.add(new Counter("drops", reason.label(), reason.ordinal() + 1L));
        }
        PrometheusText text = scrape();
        for (DropReason reason : DropReason.values()) {
            assertEquals(reason.ordinal() + 1, text.value("spillway_drops_total{kind=\"" + reason.label() + "\"}"));
        }
    }

    @Test
    void shouldFollowCountersOfAllSourcesAndNewOnesToo() {
        sfu.add(new Counter("packets_received", "", 10));
        assertEquals(10, scrape().value("spillway_packets_received_total{kind=\"\"}"));
        sfu.set(0, new Counter("packets_received", "", 25));
        http.add(new Counter("whip_refused", "key-needed", 3));
        PrometheusText text = scrape();
        assertEquals(25, text.value("spillway_packets_received_total{kind=\"\"}"));
        assertEquals(3, text.value("spillway_whip_refused_total{kind=\"key-needed\"}"));
    }

    @Test
    void shouldNeverCountBackwards() {
        sfu.add(new Counter("packets_received", "", 25));
        scrape();
        sfu.set(0, new Counter("packets_received", "", 24));
        assertEquals(25, scrape().value("spillway_packets_received_total{kind=\"\"}"));
    }

    @Test
    void shouldStayParsableWhateverACounterIsCalled() {
        sfu.add(new Counter("already_total", "with \"quotes\", \\ and\nlines", 1));
        sfu.add(new Counter("9-lives.and/more", "é", 2));
        PrometheusText text = scrape();
        assertEquals(1, text.value("spillway_already_total{kind=\"with \\\"quotes\\\", \\\\ and\\nlines\"}"));
        assertEquals(
                2,
                text.samples().stream()
                        .filter(sample -> sample.startsWith("spillway_") && sample.contains("kind="))
                        .count());
    }

    @Test
    void shouldHoldABoundedNumberOfCounters() {
        for (int i = 0; i < 5_000; i++) {
            sfu.add(new Counter("made_up", "label-" + i, i));
        }
        assertEquals(
                1_000,
                scrape().samples().stream()
                        .filter(sample -> sample.contains("made_up"))
                        .count());
    }

    @Test
    void shouldSumStreamsAndViewersAndNameNone() {
        streams.add(status("secret-stream-name", true, 3));
        streams.add(status("other", false, 4));
        PrometheusText text = scrape();
        assertEquals(1, text.value("spillway_streams_live"));
        assertEquals(7, text.value("spillway_viewers"));
        assertFalse(metrics.scrape().contains("secret-stream-name"));
    }

    @Test
    void shouldCountRequestsByAreaMethodAndStatus() {
        metrics.onRequest(HttpArea.WHIP, "POST", 201, 30_000_000);
        metrics.onRequest(HttpArea.WHIP, "POST", 201, 3_000_000);
        metrics.onRequest(HttpArea.API, "BREW", 405, 1);
        PrometheusText text = scrape();
        String whip = "area=\"whip\",method=\"POST\",status=\"201\"";
        assertEquals(2, text.value("http_server_requests_seconds_count{" + whip + "}"));
        assertEquals(0.033, text.value("http_server_requests_seconds_sum{" + whip + "}"), 1e-9);
        assertEquals(1, text.value("http_server_requests_seconds_bucket{" + whip + ",le=\"0.005\"}"));
        assertEquals(2, text.value("http_server_requests_seconds_bucket{" + whip + ",le=\"0.1\"}"));
        assertEquals(1, text.value("http_server_requests_seconds_count{area=\"api\",method=\"other\",status=\"405\"}"));
    }

    @ParameterizedTest
    @CsvSource({
        "/whip/live, WHIP",
        "/whip, WHIP",
        "/live/whip, WHIP",
        "/live/whip/session, WHIP",
        "/whep/live/session, WHEP",
        "/live/whep, WHEP",
        "/hls/live/index.m3u8, HLS",
        "/dash/whip/manifest.mpd, HLS",
        "/hls/whip, HLS",
        "/api/v1/streams, API",
        "/metrics, PROBE",
        "/readyz, PROBE",
        "/healthz, PROBE",
        "/signal, SIGNAL",
        "/, PAGE",
        "/watch/whip, PAGE",
        "/watch/live, PAGE",
        "'', PAGE",
        "/whipped/cream, PAGE",
        "/live/whippet, PAGE"
    })
    void shouldLabelPathsByArea(String path, HttpArea area) {
        assertEquals(area, HttpArea.of(path));
    }

    private PrometheusText scrape() {
        return new PrometheusText(metrics.scrape());
    }

    private static StreamStatus status(String name, boolean live, int viewers) {
        return new StreamStatus(new StreamName(name), live, null, null, viewers, List.of(), List.of());
    }
}
