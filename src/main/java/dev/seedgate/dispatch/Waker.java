package dev.seedgate.dispatch;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Lets a loop sleep until something happens; what happened while it was awake is not lost. */
class Waker {

    private final Semaphore calls = new Semaphore(0);

    void wake() {
        if (calls.availablePermits() == 0) {
            calls.release();
        }
    }

    void await(Duration atMost) throws InterruptedException {
        if (calls.tryAcquire(atMost.toNanos(), TimeUnit.NANOSECONDS)) {
            calls.drainPermits();
        }
    }
}
