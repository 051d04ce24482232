package dev.seedgate.platform.database;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/**
 * How long work rests, by a clock that is moved and a count of requests that says when one came.
 */
class RestTests {

    private final AtomicLong requests = new AtomicLong();
    // One that overflows soon, as the JVM's may.
    private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 50);
    private final Rest rest = rest(Duration.ofNanos(1000));

    @Test
    void isOverBeforeTheFirstStep() {
        assertThat(rest.left()).isZero();
    }

    @Test
    void isAsLongAsTheStep() {
        assertThat(restAfter(100)).isEqualTo(100);
        clock.addAndGet(70);
        assertThat(rest.left()).isEqualTo(30);
        clock.addAndGet(31);
        assertThat(rest.left()).isEqualTo(-1);
        assertThat(restAfter(0)).isZero();
    }

    @Test
    void isLongerAfterEachStepBesideWhichRequestsCame() {
        requests.incrementAndGet();
        assertThat(restAfter(100)).isEqualTo(500);
        assertThat(restAfter(100)).as("none came since").isEqualTo(100);
        requests.addAndGet(7);
        assertThat(restAfter(30)).isEqualTo(150);
    }

    @Test
    void isBoundedBeforeItIsMultiplied() {
        assertThat(restAfter(1001)).isEqualTo(1000);
        requests.incrementAndGet();
        assertThat(restAfter(1001)).isEqualTo(5000);
        Rest none = rest(Duration.ZERO);
        none.beginAfter(100);
        assertThat(none.left()).isZero();
    }

    private Rest rest(Duration longest) {
        return new Rest(requests::get, clock::get, longest, 5);
    }

    private long restAfter(long stepNanos) {
        rest.beginAfter(stepNanos);
        return rest.left();
    }
}
