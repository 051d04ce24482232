package dev.seedgate.vendor.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.http.HttpHeaders;

/** The forms of Retry-After. */
class RetryAfterTests {

    private static final Instant NOW = Instant.parse("2025-06-14T05:21:11Z");

    @ParameterizedTest
    @CsvSource({
        "7, 7",
        "0, 1",
        "-5, 1",
        "1.2, 2",
        "600, 600",
        "601, 600",
        "99999999999999999999999, 600",
        "'Sat, 14 Jun 2025 05:21:41 GMT', 30",
        "'Sat, 14 Jun 2025 05:00:00 GMT', 1",
        "'Sat, 14 Jun 2036 05:00:00 GMT', 600",
    })
    void isKeptWithinReason(String value, long seconds) {
        assertThat(RetryAfter.of(headers(value), NOW)).contains(Duration.ofSeconds(seconds));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "soon", "1e9", "NaN", "14.06.2025", "5 seconds"})
    void isIgnoredWhenItIsGarbage(String value) {
        assertThat(RetryAfter.of(headers(value), NOW)).isEmpty();
        assertThat(RetryAfter.of(new HttpHeaders(), NOW)).isEmpty();
    }

    @Test
    void measuresADateByTheVendorsOwnClock() {
        HttpHeaders headers = headers("Sat, 14 Jun 2025 05:21:41 GMT");
        headers.set(HttpHeaders.DATE, "Sat, 14 Jun 2025 05:21:36 GMT");
        assertThat(RetryAfter.of(headers, NOW)).contains(Duration.ofSeconds(5));
    }

    private static HttpHeaders headers(String value) {
        HttpHeaders headers = new HttpHeaders();
        headers.set(HttpHeaders.RETRY_AFTER, value);
        return headers;
    }
}
