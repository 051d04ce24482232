package dev.seedgate.platform.database;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** How long work rests, by a count of requests that says when one came. */
class RestTests {

    private final AtomicLong requests = new AtomicLong();
    private final Rest rest = new Rest(requests::get, Duration.ofNanos(1000), 5);

    @Test
    void isAsLongAsTheStep() {
        assertThat(rest.after(100)).isEqualTo(100);
        assertThat(rest.after(0)).isZero();
    }

    @Test
    void isLongerAfterEachStepBesideWhichRequestsCame() {
        requests.incrementAndGet();
        assertThat(rest.after(100)).isEqualTo(500);
        assertThat(rest.after(100)).as("none came since").isEqualTo(100);
        requests.addAndGet(7);
        assertThat(rest.after(30)).isEqualTo(150);
    }

    @Test
    void isBoundedBeforeItIsMultiplied() {
        assertThat(rest.after(1001)).isEqualTo(1000);
        requests.incrementAndGet();
        assertThat(rest.after(1001)).isEqualTo(5000);
        assertThat(new Rest(requests::get, Duration.ZERO, 5).after(100)).isZero();
    }
}
