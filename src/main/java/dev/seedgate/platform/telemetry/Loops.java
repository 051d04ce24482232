package dev.seedgate.platform.telemetry;

import dev.seedgate.platform.database.Loop;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * The gateway's periodic work. Each piece has a loop and so a thread of its own: none holds another
 * one up. They run from when the gateway is up until it stops; failures are counted by name.
 */
@Component
public class Loops implements SmartLifecycle {

    private final MeterRegistry meters;
    private final List<Loop> loops = new CopyOnWriteArrayList<>();
    private volatile boolean running;

    public Loops(MeterRegistry meters) {
        this.meters = meters;
    }

    /**
     * Repeats a step.
     *
     * @param name of the loop in log lines and metrics
     * @param interval from the end of a step to the beginning of the next
     * @return to wake it with
     */
    public Loop every(Duration interval, String name, Runnable step) {
        return paced(
                interval,
                name,
                () -> {
                    step.run();
                    return interval;
                });
    }

    /**
     * Repeats a step that says when it is to be taken again.
     *
     * @param afterFailure the time until the next one when it fails
     * @param step answers the time until the next one
     * @return to wake it with
     */
    public Loop paced(Duration afterFailure, String name, Supplier<Duration> step) {
        Counter failures = meters.counter("seedgate.loop.failures", "loop", name);
        Loop loop = new Loop(name, step, afterFailure, failures::increment);
        loops.add(loop);
        if (running) {
            loop.start();
        }
        return loop;
    }

    /**
     * Repeats a step of bounded size, without a pause as long as it finds more to do.
     *
     * @param step answers whether there may be more at once
     */
    public void drain(Duration interval, String name, Supplier<Boolean> step) {
        paced(interval, name, () -> step.get() ? Duration.ZERO : interval);
    }

    @Override
    public void start() {
        running = true;
        loops.forEach(Loop::start);
    }

    @Override
    public void stop() {
        running = false;
        loops.forEach(Loop::stop);
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
