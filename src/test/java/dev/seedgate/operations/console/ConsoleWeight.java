package dev.seedgate.operations.console;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

/**
 * Measures what pages weigh and when a browser first paints them, for the table in docs/console.md.
 * Not part of a build: {@code ./mvnw test -Dtest=ConsoleWeight}.
 */
class ConsoleWeight {

    private static final int LOOKS = 15;

    /** Of the page itself, its style sheets and its scripts: bytes over the wire and unpacked. */
    private static final String MEASURE =
            """
            () => {
              const all = [performance.getEntriesByType('navigation')[0],
                ...performance.getEntriesByType('resource')];
              const kind = (it) => it.entryType === 'navigation' ? 'html'
                : it.name.endsWith('.css') ? 'css' : it.name.endsWith('.js') ? 'js' : 'other';
              const sizes = {};
              for (const it of all) {
                const of = sizes[kind(it)] ??= [0, 0];
                of[0] += it.encodedBodySize;
                of[1] += it.decodedBodySize;
              }
              return JSON.stringify(sizes);
            }
            """;

    @Test
    void ofTheMainPages() throws IOException {
        Browser browser = Chromium.browser();
        try (ConsoleData data = ConsoleData.make()) {
            String base = "http://localhost:" + data.gateway().port();
            Map<String, String> pages = new LinkedHashMap<>();
            pages.put("overview", "/console");
            pages.put("tasks", "/console/tasks");
            pages.put("a task", "/console/tasks/" + data.succeeded());
            pages.put("a team", "/console/teams/" + data.studio().slug());
            pages.put("reports", "/console/reports");
            for (Map.Entry<String, String> page : pages.entrySet()) {
                // The first is a browser that knows nothing, the others have styles and scripts.
                double[] cold = new double[LOOKS];
                double[] warm = new double[LOOKS];
                String sizes = "";
                int gzipped = 0;
                for (int i = 0; i < LOOKS; i++) {
                    try (BrowserContext context = browser.newContext()) {
                        Page tab = context.newPage();
                        ConsoleScreenshots.signIn(tab, base);
                        warm[i] = paint(tab, base + page.getValue());
                        Page other =
                                context.browser()
                                        .newContext(
                                                new Browser.NewContextOptions()
                                                        .setStorageState(context.storageState()))
                                        .newPage();
                        cold[i] = paint(other, base + page.getValue());
                        sizes = String.valueOf(other.evaluate(MEASURE));
                        gzipped = gzipped(other.request().get(base + page.getValue()).body());
                        other.context().close();
                    }
                }
                System.out.printf(
                        "WEIGHT %s %s html gzipped %d; first paint, median of %d: cold %.0f ms, warm %.0f ms%n",
                        page.getKey(), sizes, gzipped, LOOKS, median(cold), median(warm));
            }
        }
    }

    private static double paint(Page page, String url) {
        page.navigate(url);
        // No waitForFunction: it evaluates a text, which the content policy forbids.
        Object at =
                page.evaluate(
                        """
                        () => new Promise((found) => new PerformanceObserver((list) => {
                          const paint = list.getEntriesByName('first-contentful-paint')[0];
                          if (paint) { found(paint.startTime); }
                        }).observe({ type: 'paint', buffered: true }))
                        """);
        return ((Number) at).doubleValue();
    }

    private static int gzipped(byte[] body) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(body);
        }
        return packed.size();
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
