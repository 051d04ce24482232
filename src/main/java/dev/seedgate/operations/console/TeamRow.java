package dev.seedgate.operations.console;

import dev.seedgate.access.team.TeamDetails;
import dev.seedgate.credit.ledger.Balance;
import dev.seedgate.credit.ledger.ClipPrice;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A team as its row and its page show it: its settings, its account, and which limit holds it now.
 *
 * @param days net credits of the last days, today last
 */
record TeamRow(TeamDetails team, Balance balance, List<Long> days) {

    private static final int WIDTH = 96;
    private static final int HEIGHT = 24;
    private static final long CHEAPEST =
            Arrays.stream(ClipPrice.values()).mapToLong(ClipPrice::credits).min().orElseThrow();
    // From here on a limit is worth a look.
    private static final double NEAR = 0.8;

    /** What refuses the next create, or will soon; null while nothing does. */
    public @Nullable Binding getBinding() {
        if (team.archivedAt() != null) {
            return new Binding("archived", "bad");
        }
        if (team.suspended()) {
            return new Binding("suspended: creates are refused, what is queued waits", "bad");
        }
        Long remaining = balance.remaining();
        Integer inFlight = team.settings().maxInFlight();
        // With soft limits nothing is refused, only told.
        String level = team.settings().softLimits() ? "warn" : "bad";
        if (remaining != null && remaining < CHEAPEST) {
            return new Binding("credits: none left for a clip", level);
        }
        if (inFlight != null && balance.inFlight() >= inFlight) {
            return new Binding("tasks in flight: full", level);
        }
        Long quota = balance.quota();
        if (quota != null && balance.used() >= NEAR * quota) {
            return new Binding(
                    balance.topUps() > 0 && balance.used() >= quota
                            ? "quota used up, spends its top-ups"
                            : "quota: nearly used up",
                    "warn");
        }
        if (inFlight != null && balance.inFlight() >= NEAR * inFlight) {
            return new Binding("tasks in flight: nearly full", "warn");
        }
        return null;
    }

    /** The line of the last days, as the path of a drawing 96 wide and 24 high. */
    public String getLine() {
        long most = Math.max(1, days.stream().mapToLong(it -> it).max().orElse(0));
        double step = days.size() < 2 ? 0 : (double) WIDTH / (days.size() - 1);
        return IntStream.range(0, days.size())
                .mapToObj(it ->
                        String.format(
                                Locale.ROOT,
                                "%.1f %.1f",
                                it * step,
                                HEIGHT - 1 - (HEIGHT - 2.0) * Math.max(0, days.get(it)) / most))
                .collect(Collectors.joining("L", "M", ""));
    }

    /** The same, closed below. */
    public String getArea() {
        return getLine() + "V" + HEIGHT + "H0Z";
    }

    /** What the drawing shows, in words. */
    public String getInWords() {
        return "%d credits in %d days, %d of them today"
                .formatted(
                        days.stream().mapToLong(it -> it).sum(),
                        days.size(),
                        days.isEmpty() ? 0 : days.getLast());
    }

    /**
     * The limit that holds a team.
     *
     * @param level {@code bad} when it refuses, {@code warn} when it soon will
     */
    record Binding(String text, String level) {}
}
