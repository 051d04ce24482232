package dev.seedgate.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random stories, the same ones every time for the same seed as far as threads allow. A long run is
 * {@code ./mvnw test -Dtest=SimulationTests -Dseedgate.simulation.seeds=100
 * -Dseedgate.simulation.steps=500}.
 */
@Tag("faults")
class SimulationTests {

    private static final int STEPS = Integer.getInteger("seedgate.simulation.steps", 150);

    static LongStream seeds() {
        return LongStream.rangeClosed(1, Long.getLong("seedgate.simulation.seeds", 2));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void keepsItsPromisesWhateverHappens(long seed) {
        try (Simulation simulation = new Simulation(seed)) {
            for (int step = 0; step < STEPS; step++) {
                simulation.step();
            }
            simulation.drain();
            assertThat(simulation.broken()).as("seed %d", seed).isEmpty();
        }
    }
}
