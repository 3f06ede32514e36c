package io.spillway.web;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.spillway.testkit.client.Tab;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every page at a phone's and a desk's width, in both colour schemes: fits, and complains of nothing. */
final class PagesTest {

    private static Stage stage;

    @BeforeAll
    static void open() throws Exception {
        stage = new Stage();
        Example.live(stage.api());
        Example.recorded(stage.api());
    }

    @AfterAll
    static void close() {
        stage.close();
    }

    @ParameterizedTest(name = "{0} {1} dark={2}")
    @CsvSource({
        "/, 360, false",
        "/, 360, true",
        "/, 1280, false",
        "/, 1280, true",
        "/publish/live, 360, false",
        "/publish/live, 360, true",
        "/publish/live, 1280, false",
        "/publish/live, 1280, true",
        "/watch/live, 360, false",
        "/watch/live, 360, true",
        "/watch/live, 1280, false",
        "/watch/live, 1280, true",
        "/embed/live, 360, true",
        "/embed/live, 1280, true",
        "/library, 360, false",
        "/library, 360, true",
        "/library, 1280, false",
        "/library, 1280, true",
    })
    void shouldFitTheWindowAndKeepTheConsoleEmpty(String path, int widthPx, boolean dark) {
        try (Tab tab = stage.chromium().newPage(widthPx, widthPx < 600 ? 740 : 800, dark)) {
            tab.open(stage.url(path));
            tab.waitFor("window.__spillway !== undefined && document.readyState === 'complete'", 5_000);
            tab.watchFor(700);
            tab.screenshot("page" + path.replace('/', '-') + "-" + widthPx + (dark ? "-dark" : "-light"));
            assertEquals((double) widthPx, tab.number("document.documentElement.scrollWidth"), "no sideways scrolling");
            assertEquals(
                    List.of(),
                    tab.complaints().stream()
                            .filter(c -> !c.contains("status of 409"))
                            .toList());
        }
    }
}
