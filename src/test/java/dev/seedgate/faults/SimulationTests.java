package dev.seedgate.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.LongStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Random stories, the same ones every time for the same seed as far as threads allow. A long run is
 * {@code ./mvnw test -Dtest=SimulationTests -Dseedgate.simulation.seeds=100
 * -Dseedgate.simulation.steps=500}; it begins at {@code -Dseedgate.simulation.first}.
 */
class SimulationTests {

    private static final Logger log = LoggerFactory.getLogger(SimulationTests.class);
    private static final int STEPS = Integer.getInteger("seedgate.simulation.steps", 100);

    static LongStream seeds() {
        long first = Long.getLong("seedgate.simulation.first", 1);
        return LongStream.range(first, first + Long.getLong("seedgate.simulation.seeds", 2));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void keepsItsPromisesWhateverHappens(long seed, @TempDir Path folder) throws IOException {
        try (Simulation simulation = new Simulation(seed, folder)) {
            long start = System.nanoTime();
            for (int step = 0; step < STEPS; step++) {
                simulation.step();
            }
            simulation.drain();
            double minutes = (System.nanoTime() - start) / 60e9;
            log.info("seed {}: {} steps a minute", seed, Math.round(STEPS / minutes));
            assertThat(simulation.broken()).as("seed %d", seed).isEmpty();
        }
    }
}
