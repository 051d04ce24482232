package dev.seedgate.billing.integrity;

import static dev.seedgate.credit.ledger.LedgerAccount.HELD;
import static dev.seedgate.credit.ledger.LedgerAccount.SPENT;
import static dev.seedgate.credit.ledger.LedgerAccount.TEAM;

import dev.seedgate.credit.ledger.EntryKind;
import dev.seedgate.testing.TestDatabase;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Tasks and entries of months that are long over, written where no call could. */
public final class PlantedLedger {

    public static final Map<String, Integer> PRICES =
            Map.of("5s", 65, "10s", 130, "5s_sound", 130, "10s_sound", 260);

    private final TestDatabase database;
    private final List<String> tasks = new ArrayList<>();
    private final List<String> entries = new ArrayList<>();

    public PlantedLedger(TestDatabase database) {
        this.database = database;
    }

    /** A task; {@code end} is null while its outcome is unknown. */
    public record Clip(
            String id,
            String team,
            @Nullable String project,
            @Nullable String costCenter,
            String key,
            String preset,
            Instant created,
            @Nullable Instant end,
            boolean succeeded) {

        public long credits() {
            return PRICES.getOrDefault(preset, 0);
        }

        public long seconds() {
            return preset.startsWith("10s") ? 10 : 5;
        }
    }

    public PlantedLedger add(Clip clip) {
        return add(clip, "seedance");
    }

    public PlantedLedger add(Clip clip, String upstream) {
        Instant end = clip.end();
        String phase = end == null ? "UNCERTAIN" : clip.succeeded() ? "SUCCEEDED" : "FAILED";
        tasks.add(
                "select '%s', id, 1, %s, 'r', '16:9', %d, false, '{}'::text[], '%s', %d, 1, '%s', '%s', %s::bigint, timestamptz '%s', timestamptz '%s', %s::timestamptz from team where slug = '%s'"
                        .formatted(
                                clip.id(),
                                text(clip.key()),
                                clip.seconds(),
                                clip.preset(),
                                clip.credits(),
                                phase,
                                upstream,
                                end == null
                                        ? "null"
                                        : clip.succeeded() ? String.valueOf(clip.credits()) : "0",
                                clip.created(),
                                clip.created(),
                                end == null ? "null" : "'" + end + "'",
                                clip.team()));
        entry(EntryKind.RESERVE, clip, clip.created(), upstream);
        if (end != null) {
            entry(clip.succeeded() ? EntryKind.SETTLE : EntryKind.RELEASE, clip, end, upstream);
        }
        return this;
    }

    private void entry(EntryKind kind, Clip clip, Instant at, String upstream) {
        entries.add(
                "select timestamptz '%s', '%s', id, '%s', '%s', %d, date_trunc('month', timestamptz '%s')::date, %d, 0, '%s', 'test', slug, %s, %s, 1, %s, '%s', 1, '%s' from team where slug = '%s'"
                        .formatted(
                                at,
                                kind.word(),
                                (kind == EntryKind.RESERVE ? TEAM : HELD).word(),
                                switch (kind) {
                                    case RESERVE -> HELD.word();
                                    case SETTLE -> SPENT.word();
                                    default -> TEAM.word();
                                },
                                clip.credits(),
                                clip.created(),
                                clip.credits(),
                                clip.id(),
                                text(clip.project()),
                                text(clip.costCenter()),
                                text(clip.key()),
                                clip.preset(),
                                upstream,
                                clip.team()));
    }

    public void write() {
        database.execute(
                "insert into task (id, team_id, key_id, key_name, request_id, aspect_ratio, duration_seconds, sound, image_urls, preset, credits, price_version, phase, upstream, upstream_credits, created_at, accepted_at, finished_at) "
                        + String.join(" union all ", tasks));
        database.execute(
                "insert into ledger_entry (at, kind, team_id, debit, credit, credits, period, from_quota, from_top_ups, task_id, actor, team_slug, project, cost_center, key_id, key_name, preset, price_version, upstream) "
                        + String.join(" union all ", entries));
    }

    private static String text(@Nullable String text) {
        return text == null ? "null" : "'" + text.replace("'", "''") + "'";
    }
}
