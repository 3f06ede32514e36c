package io.spillway.testkit.client;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.PlaywrightException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One page of a {@link Chromium}, which remembers what the console and the page complained about. Owned by the browser's thread. */
public final class Tab implements AutoCloseable {

    private static final Path SCREENSHOTS = Path.of("target", "screenshots");

    /** Long enough not to load the machine that is being measured, short against what is waited for. */
    private static final double POLL_MS = 50;

    private final BrowserContext context;
    private final Page page;
    private final List<String> complaints = new ArrayList<>();

    Tab(BrowserContext context, Page page) {
        this.context = context;
        this.page = page;
        page.onConsoleMessage(message -> {
            if (message.type().equals("error")) {
                complaints.add(message.text() + " (" + message.location() + ")");
            }
        });
        page.onPageError(error -> complaints.add("uncaught: " + error));
    }

    /** Goes to an address and waits until the document and its modules are loaded. */
    public Tab open(String url) {
        page.navigate(url);
        return this;
    }

    /**
     * The value of a JavaScript expression; a promise is awaited. Numbers are {@link Integer} or {@link Double}, objects are maps, arrays lists.
     */
    public @Nullable Object eval(String expression) {
        return page.evaluate(expression);
    }

    /** As {@link #eval(String)} of a function expression, called with one argument. */
    public @Nullable Object eval(String function, Object argument) {
        return page.evaluate(function, argument);
    }

    /** The number that an expression gives; NaN when it is null, undefined or no number. */
    public double number(String expression) {
        return eval(expression) instanceof Number number ? number.doubleValue() : Double.NaN;
    }

    /** The text that an expression gives. */
    public String text(String expression) {
        return String.valueOf(eval(expression));
    }

    /**
     * Waits until an expression is true. One that throws is not true yet: the page may just be going to another.
     *
     * @param timeoutMs after which the wait is a failure
     * @throws AssertionError naming the expression, the page's own state and its complaints when it did not become true in time
     */
    public void waitFor(String expression, long timeoutMs) {
        String look = "() => { try { return (" + expression + ") ? '' : 'false'; } catch (e) { return String(e); } }";
        long deadlineNs = System.nanoTime() + timeoutMs * 1_000_000;
        for (String said = look(look); !said.isEmpty(); said = look(look)) {
            if (System.nanoTime() - deadlineNs > 0) {
                throw new AssertionError(
                        "not true within " + timeoutMs + " ms but " + said + ": " + expression + "; page "
                                + page.url() + " says " + look("() => JSON.stringify(window.__spillway ?? null)")
                                + ", complaints "
                                + complaints);
            }
            page.waitForTimeout(POLL_MS);
        }
    }

    /** What a function gives as text; what went wrong when the page went away under it. */
    private String look(String function) {
        try {
            return String.valueOf(page.evaluate(function));
        } catch (PlaywrightException e) {
            return String.valueOf(e.getMessage());
        }
    }

    /** Lets the page run for a time, as a person who only watches would. For measurements that have a duration. */
    public void watchFor(long durationMs) {
        page.waitForTimeout((double) durationMs);
    }

    /** Console errors, uncaught exceptions and content security violations so far. */
    public List<String> complaints() {
        return List.copyOf(complaints);
    }

    /** Keeps a picture of the whole page at {@code target/screenshots/NAME.png}. */
    public Path screenshot(String name) {
        Path file = SCREENSHOTS.resolve(name + ".png");
        page.screenshot(new Page.ScreenshotOptions().setPath(file).setFullPage(true));
        return file;
    }

    /** The driver's page, for clicks, keys and routes. */
    public Page page() {
        return page;
    }

    @Override
    public void close() {
        context.close();
    }
}
