package dev.seedgate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.testing.SourceStrings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The borders that SQL would cross unseen: a table is named by the rooms of one wing only, the
 * others read the views that the wing publishes. What stands on the platform's tables is
 * everybody's.
 */
class SqlBordersTests {

    private static final Path MIGRATIONS = Path.of("src/main/resources/db/migration");

    /** The wing whose rooms may name each table. */
    private static final Map<String, Set<String>> OWNED =
            Map.of(
                    "platform", Set.of("installation", "audit_entry"),
                    "access",
                            Set.of(
                                    "team",
                                    "team_version",
                                    "api_key",
                                    "admin_key",
                                    "console_session",
                                    "revision"),
                    "vendor",
                            Set.of(
                                    "upstream_budget",
                                    "upstream_pause",
                                    "sandbox_account",
                                    "sandbox_task",
                                    "sandbox_refusal"),
                    "credit",
                            Set.of(
                                    "account",
                                    "top_up",
                                    "ledger_entry",
                                    "budget",
                                    "pool_purchase",
                                    "pool_movement",
                                    "pool_day"),
                    "task",
                            Set.of(
                                    "task",
                                    "task_event",
                                    "idempotency_key",
                                    "work",
                                    "fair_queue",
                                    "queue_share",
                                    "vendor_job",
                                    "clip_copy",
                                    "clip_link_key"),
                    "billing",
                            Set.of(
                                    "usage_day",
                                    "account_day",
                                    "render_day",
                                    "ledger_days",
                                    "usage_recount",
                                    "account_recount",
                                    "auditor",
                                    "finding",
                                    "credit_price",
                                    "statement"),
                    "operations",
                            Set.of(
                                    "alert",
                                    "webhook_endpoint",
                                    "webhook_callback",
                                    "webhook_delivery",
                                    "webhook_try"));

    /** Everybody stands on these. */
    private static final Set<String> COMMON = Set.of("installation");

    private static final Pattern NAMED =
            Pattern.compile("\\b(?:from|join|into|update|table)\\s+(?:only\\s+)?([a-z_]+)");
    private static final Pattern ENTITY =
            Pattern.compile("^@Entity$.*?^class (\\w+)", Pattern.DOTALL | Pattern.MULTILINE);
    private static final Pattern CREATED = Pattern.compile("create (?:unlogged )?table (\\w+)");
    private static final Pattern DROPPED = Pattern.compile("drop table (\\w+)");

    @Test
    void everyTableIsOwned() throws IOException {
        Set<String> tables = new TreeSet<>();
        List<String> migrations = migrations();
        migrations.forEach(it -> all(CREATED, it).forEach(tables::add));
        migrations.forEach(it -> all(DROPPED, it).forEach(tables::remove));
        assertThat(owners().keySet()).isEqualTo(tables);
    }

    @Test
    void tablesAreNamedInTheirWingOnly() throws IOException {
        Map<String, String> owners = owners();
        List<String> crossings = new ArrayList<>();
        Set<String> seen = new TreeSet<>();
        for (Map.Entry<String, List<String>> source :
                SourceStrings.in(SourceStrings.MAIN).entrySet()) {
            String file = source.getKey();
            String wing = file.split("/", 2)[0];
            for (String table : tables(file, source.getValue())) {
                if (owners.containsKey(table) && !COMMON.contains(table)) {
                    seen.add(table);
                    if (!wing.equals(owners.get(table))) {
                        crossings.add(file + " names " + table + " of " + owners.get(table));
                    }
                }
            }
        }
        assertThat(crossings).isEmpty();
        // Otherwise the patterns above have gone blind.
        assertThat(seen).hasSizeGreaterThan(30);
    }

    private static Map<String, String> owners() {
        return OWNED.entrySet().stream()
                .flatMap(wing -> wing.getValue().stream().map(it -> Map.entry(it, wing.getKey())))
                .collect(
                        Collectors.toMap(
                                Map.Entry::getKey, Map.Entry::getValue, (a, _) -> a, TreeMap::new));
    }

    /** In its SQL, and as the table of an entity. */
    private static Set<String> tables(String file, List<String> strings) throws IOException {
        Set<String> tables = new TreeSet<>();
        strings.forEach(it -> all(NAMED, it).forEach(tables::add));
        all(ENTITY, Files.readString(SourceStrings.MAIN.resolve(file)))
                .map(it -> it.replaceAll("(?<!^)([A-Z])", "_$1").toLowerCase(Locale.ROOT))
                .forEach(tables::add);
        return tables;
    }

    private static Stream<String> all(Pattern pattern, String text) {
        return pattern.matcher(text).results().map(it -> it.group(1));
    }

    private static List<String> migrations() throws IOException {
        List<String> migrations = new ArrayList<>();
        try (Stream<Path> all = Files.list(MIGRATIONS)) {
            for (Path path : all.filter(it -> it.toString().endsWith(".sql")).toList()) {
                migrations.add(Files.readString(path));
            }
        }
        return migrations;
    }
}
