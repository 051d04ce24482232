package dev.seedgate.operations.console;

import dev.seedgate.access.team.TeamSpec;
import dev.seedgate.credit.ledger.Balance;
import dev.seedgate.credit.ledger.Budgets.BudgetState;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What a change of a team's limits or of a budget would do now, before it is made. */
record LimitEffects(List<Effect> changes) {

    private static final DisplayFormat SHOW = new DisplayFormat();

    static LimitEffects of(TeamSpec before, TeamSpec after, Balance balance) {
        List<Effect> changes = new ArrayList<>();
        add(changes, "Name", before.name(), after.name(), "");
        add(
                changes,
                "Cost center",
                or(before.costCenter(), "none"),
                or(after.costCenter(), "none"),
                "Entries from now on carry it; past ones stay as they are.");
        add(
                changes,
                "Monthly quota",
                credits(before.monthlyQuota()),
                credits(after.monthlyQuota()),
                quota(after.monthlyQuota(), balance));
        add(
                changes,
                "Tasks in flight",
                number(before.maxInFlight()),
                number(after.maxInFlight()),
                inFlight(after.maxInFlight(), balance));
        add(
                changes,
                "Creates a minute",
                number(before.generatePerMinute()),
                number(after.generatePerMinute()),
                "");
        add(
                changes,
                "Weight",
                SHOW.number(before.weight()),
                SHOW.number(after.weight()),
                "Its share of the vendor’s calls while others wait too.");
        add(
                changes,
                "Limits",
                before.softLimits() ? "only told" : "refuse",
                after.softLimits() ? "only told" : "refuse",
                after.softLimits()
                        ? "Creates beyond a limit are taken, and say so in X-Limit-Exceeded."
                        : "Creates beyond a limit are refused.");
        add(
                changes,
                "Prompts are kept",
                days(before.promptRetentionDays()),
                days(after.promptRetentionDays()),
                after.promptRetentionDays() == null
                        ? ""
                        : "Prompts of tasks that ended before are blanked for good, old ones too.");
        add(
                changes,
                "Copies of clips are kept",
                clipDays(before.clipRetentionDays()),
                clipDays(after.clipRetentionDays()),
                "Copies that are older than that are deleted for good, those there are too.");
        return new LimitEffects(changes);
    }

    /**
     * What another budget of a key or a project would do.
     *
     * @param credits a month, null for no budget
     * @param balance the team's
     */
    static LimitEffects of(BudgetState before, @Nullable Long credits, Balance balance) {
        List<Effect> changes = new ArrayList<>();
        add(
                changes,
                "Monthly budget",
                before.monthlyCredits() == null ? "none" : credits(before.monthlyCredits()),
                credits == null ? "none" : credits(credits),
                budget(before.used(), credits, balance.remaining()));
        return new LimitEffects(changes);
    }

    private static String budget(long used, @Nullable Long credits, @Nullable Long ofTeam) {
        if (credits == null) {
            return "The team’s quota alone holds it then.";
        }
        long left = credits - used;
        String text = SHOW.number(used) + " are used this month, ";
        if (left <= 0) {
            return text + "so its next create is refused until the month ends.";
        }
        return text
                + "so "
                + SHOW.number(left)
                + " are left"
                + (ofTeam != null && ofTeam < left
                        ? "; the team itself has " + SHOW.number(ofTeam) + " left."
                        : ".");
    }

    private static String quota(@Nullable Long quota, Balance balance) {
        if (quota == null) {
            return "Nothing refuses creates for want of credits.";
        }
        long left = Math.max(0, quota - balance.used()) + balance.topUps();
        String used = SHOW.number(balance.used()) + " are used this month, ";
        return left == 0
                ? used + "so its next create is refused until the month ends or it is topped up."
                : used + "so " + SHOW.number(left) + " are left.";
    }

    private static String inFlight(@Nullable Integer most, Balance balance) {
        if (most == null) {
            return "";
        }
        String now = SHOW.number(balance.inFlight()) + " are in flight";
        return balance.inFlight() >= most
                ? now + ": creates are refused until there are fewer. None is stopped."
                : now + ".";
    }

    private static void add(
            List<Effect> changes, String what, String before, String after, String effect) {
        if (!before.equals(after)) {
            changes.add(new Effect(what, before, after, effect));
        }
    }

    private static String credits(@Nullable Long credits) {
        return credits == null ? "unlimited" : SHOW.number(credits) + " credits";
    }

    private static String number(@Nullable Integer number) {
        return number == null ? "unlimited" : SHOW.number(number);
    }

    private static String days(@Nullable Integer days) {
        return days == null ? "for ever" : SHOW.number(days) + " days after a task’s end";
    }

    private static String clipDays(@Nullable Integer days) {
        return days == null ? "as long as all others" : SHOW.number(days) + " days";
    }

    private static String or(@Nullable String text, String other) {
        return Objects.requireNonNullElse(text, other);
    }

    /**
     * A change.
     *
     * @param effect what it does at once; empty where that is plain
     */
    record Effect(String what, String before, String after, String effect) {}
}
