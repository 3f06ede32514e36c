package io.spillway.testkit.client;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.ColorScheme;
import io.spillway.testkit.NetNamespace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A headless Chromium of this machine with a fake camera and microphone. Each instance is a browser process of its own with a fresh profile.
 *
 * <p>Owned by the thread that launched it, as are its tabs.
 */
public final class Chromium implements AutoCloseable {

    /** Where the browser lies when {@code -Dspillway.chromium} names no other. */
    private static final List<String> USUAL_PLACES =
            List.of("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome");

    private static final List<String> FLAGS = List.of(
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--autoplay-policy=no-user-gesture-required",
            "--use-fake-ui-for-media-stream",
            "--use-fake-device-for-media-stream",
            // A machine without a network has no other interface.
            "--allow-loopback-in-peer-connection",
            // A container has no mDNS responder: host candidates must carry addresses for two browsers to meet.
            "--disable-features=WebRtcHideLocalIpsWithMdns");

    private static final double LAUNCH_TIMEOUT_MS = 30_000;

    private final Playwright playwright;
    private final Browser browser;

    private Chromium(Playwright playwright, Browser browser) {
        this.playwright = playwright;
        this.browser = browser;
    }

    /**
     * Starts a browser.
     *
     * @param extraFlags further command line flags
     * @throws IllegalStateException when no Chromium is installed
     */
    public static Chromium launch(String... extraFlags) {
        return launch(program(), extraFlags);
    }

    /** As {@link #launch(String...)}, in a network of its own: all that the browser reaches is what the namespace does. */
    public static Chromium launchIn(NetNamespace network, String... extraFlags) {
        return launch(wrapper(network), extraFlags);
    }

    /** The driver starts one program with the browser's flags, so it gets a script that passes them on. */
    private static Path wrapper(NetNamespace network) {
        String command = String.join(" ", network.command(List.of(program().toString())));
        try {
            Path script = Files.createTempFile("chromium-" + network.name() + "-", ".sh");
            script.toFile().deleteOnExit();
            Files.writeString(script, "#!/bin/sh\nexec " + command + " \"$@\"\n");
            Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
            return script;
        } catch (IOException e) {
            throw new UncheckedIOException("no script to start a browser in " + network.name(), e);
        }
    }

    private static Chromium launch(Path program, String... extraFlags) {
        List<String> flags = new ArrayList<>(FLAGS);
        flags.addAll(List.of(extraFlags));
        Playwright playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        try {
            Browser browser = playwright
                    .chromium()
                    .launch(new BrowserType.LaunchOptions()
                            .setExecutablePath(program)
                            .setHeadless(true)
                            .setArgs(flags)
                            .setTimeout(LAUNCH_TIMEOUT_MS));
            return new Chromium(playwright, browser);
        } catch (RuntimeException e) {
            playwright.close();
            throw new IllegalStateException(
                    program + " did not start. On Debian: apt-get install --reinstall chromium", e);
        }
    }

    /** A tab of desktop size in a fresh profile. */
    public Tab newPage() {
        return newPage(1280, 800, false);
    }

    /**
     * A tab in a fresh profile, without cookies or permissions of any other tab.
     *
     * @param widthPx CSS pixels of the window, e.g. 360 for a small phone
     * @param dark whether the person prefers a dark page
     */
    public Tab newPage(int widthPx, int heightPx, boolean dark) {
        BrowserContext context = browser.newContext(new Browser.NewContextOptions()
                // The server signs for itself where it is asked by TLS.
                .setIgnoreHTTPSErrors(true)
                .setViewportSize(widthPx, heightPx)
                .setColorScheme(dark ? ColorScheme.DARK : ColorScheme.LIGHT));
        return new Tab(context, context.newPage());
    }

    /** The browser's version, as in {@code 156.0.8078.79}. */
    public String version() {
        return browser.version();
    }

    @Override
    public void close() {
        try (playwright) {
            browser.close();
        }
    }

    private static Path program() {
        String named = System.getProperty("spillway.chromium");
        List<String> places = named == null ? USUAL_PLACES : List.of(named);
        return places.stream()
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no Chromium at " + String.join(", ", places)
                        + ". On Debian: apt-get install chromium; elsewhere name it by -Dspillway.chromium=FILE"));
    }
}
