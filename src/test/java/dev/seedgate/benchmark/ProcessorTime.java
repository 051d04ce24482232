package dev.seedgate.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** Processor time that processes and threads have had, as Linux counts it. */
final class ProcessorTime {

    /** The kernel's unit of a thread's times: a hundredth of a second on every Linux of today. */
    private static final long TICK_MILLIS = 10;

    private ProcessorTime() {}

    /** Of a process, and of those of its children that have ended. */
    static Duration of(ProcessHandle process) throws IOException {
        return of(Path.of("/proc", String.valueOf(process.pid()), "stat"), 4);
    }

    /** Of a process and all below it, those that have ended too. */
    static Duration ofAll(ProcessHandle process) throws IOException {
        Duration all = of(process);
        for (ProcessHandle each : process.descendants().toList()) {
            try {
                all = all.plus(of(each));
            } catch (IOException e) {
                // It has ended meanwhile, and is its parent's next time.
            }
        }
        return all;
    }

    /** Of a thread, by its file {@code stat}. */
    static Duration ofThread(Path stat) throws IOException {
        return of(stat, 2);
    }

    private static Duration of(Path stat, int times) throws IOException {
        String text = Files.readString(stat);
        // Behind the name, which may have spaces: state, then 10 numbers, then its own two times
        // and its ended children's.
        String[] fields = text.substring(text.lastIndexOf(')') + 2).split(" ", -1);
        long ticks = 0;
        for (int i = 0; i < times; i++) {
            ticks += Long.parseLong(fields[11 + i]);
        }
        return Duration.ofMillis(ticks * TICK_MILLIS);
    }
}
