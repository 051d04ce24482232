package dev.seedgate.operations.startup;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;

/**
 * The former names of settings. Each still sets what it always did, wherever it is given, until
 * version 2; a start warns of those that are used.
 */
final class RenamedSettings
        implements ApplicationContextInitializer<ConfigurableApplicationContext>, Ordered {

    private static final Logger log = LoggerFactory.getLogger(RenamedSettings.class);

    /** From the former name to today's. */
    static final Map<String, String> NAMES =
            Map.ofEntries(
                    Map.entry("SEEDGATE_RESUBMITS", "SEEDGATE_UPSTREAM_RETRIES_ON_500"),
                    Map.entry("SEEDGATE_STOPS_UNTIL_FAILED", "SEEDGATE_ACCOUNT_STOPS_UNTIL_FAILED"),
                    Map.entry("SEEDGATE_CLIPLESS_POLLS", "SEEDGATE_POLLS_WITHOUT_URL_UNTIL_FAILED"),
                    Map.entry("SEEDGATE_CLOSE_AFTER", "SEEDGATE_STATEMENT_CLOSE_DELAY"),
                    Map.entry("SEEDGATE_BAD_KEYS_PER_MINUTE", "SEEDGATE_AUTH_FAILURES_PER_MINUTE"),
                    Map.entry("SEEDGATE_BAD_KEY_SOURCES", "SEEDGATE_AUTH_FAILURE_SOURCES"),
                    Map.entry(
                            "SEEDGATE_STRANGERS_PER_SECOND",
                            "SEEDGATE_ANONYMOUS_REQUESTS_PER_SECOND"),
                    Map.entry("SEEDGATE_STRANGERS_AT_ONCE", "SEEDGATE_ANONYMOUS_MAX_CONCURRENT"),
                    Map.entry("SEEDGATE_STRANGERS_WAITING", "SEEDGATE_ANONYMOUS_MAX_WAITING"),
                    Map.entry("SEEDGATE_STRANGERS_WAIT", "SEEDGATE_ANONYMOUS_MAX_WAIT"),
                    Map.entry("SEEDGATE_STRANGERS_TURN", "SEEDGATE_ANONYMOUS_TIME_SLICE"),
                    Map.entry("SEEDGATE_POOL_RESERVE", "SEEDGATE_VENDOR_BALANCE_RESERVE"),
                    Map.entry("SEEDGATE_POOL_DAILY_CAP", "SEEDGATE_VENDOR_BALANCE_DAILY_CAP"),
                    Map.entry("SEEDGATE_POOL_MONTHLY_CAP", "SEEDGATE_VENDOR_BALANCE_MONTHLY_CAP"),
                    Map.entry("SEEDGATE_POOL_INTERVAL", "SEEDGATE_VENDOR_BALANCE_INTERVAL"),
                    Map.entry("SEEDGATE_POOL_MOVEMENTS", "SEEDGATE_VENDOR_BALANCE_ROLLUP_BATCH"),
                    Map.entry(
                            "SEEDGATE_ALERT_POOL_CREDITS", "SEEDGATE_ALERT_VENDOR_BALANCE_CREDITS"),
                    Map.entry("SEEDGATE_ALERT_POOL_DAYS", "SEEDGATE_ALERT_VENDOR_BALANCE_DAYS"),
                    Map.entry("SEEDGATE_AUDITOR_INTERVAL", "SEEDGATE_LEDGER_CHECK_INTERVAL"),
                    Map.entry("SEEDGATE_AUDITOR_ENTRIES", "SEEDGATE_LEDGER_CHECK_ENTRY_BATCH"),
                    Map.entry("SEEDGATE_AUDITOR_TEAMS", "SEEDGATE_LEDGER_CHECK_TEAM_BATCH"),
                    Map.entry("SEEDGATE_AUDITOR_ROUND", "SEEDGATE_LEDGER_CHECK_ROUND"),
                    Map.entry("SEEDGATE_SUM_ENTRIES", "SEEDGATE_LEDGER_ROLLUP_BATCH"),
                    Map.entry("SEEDGATE_REVISION_INTERVAL", "SEEDGATE_KEY_CACHE_CHECK_INTERVAL"),
                    Map.entry("SEEDGATE_KEY_LOOK_UP_INTERVAL", "SEEDGATE_KEY_CACHE_BATCH_INTERVAL"),
                    Map.entry("SEEDGATE_LAST_USED_INTERVAL", "SEEDGATE_KEY_LAST_USED_INTERVAL"));

    /** Before anybody reads a setting. */
    @Override
    public int getOrder() {
        return Ordered.HIGHEST_PRECEDENCE;
    }

    @Override
    public void initialize(ConfigurableApplicationContext context) {
        List<String> used = apply(context.getEnvironment());
        if (!used.isEmpty()) {
            log.warn("{}; the old name works until version 2", String.join(", ", used));
        }
    }

    /**
     * Gives the values under former names to today's, behind all that is set: where both are given,
     * today's wins.
     *
     * @return a sentence for each former name that is used
     */
    static List<String> apply(ConfigurableEnvironment environment) {
        Binder binder = Binder.get(environment);
        Map<String, Object> values = new HashMap<>();
        List<String> used = new ArrayList<>();
        NAMES.forEach((old, name) -> {
            // Some are lists; what is not is one of one element.
            String value =
                    String.join(
                            ",",
                            binder.bind(property(old), Bindable.listOf(String.class))
                                    .orElse(List.of()));
            // Blank counts as absent: container set-ups like to pass variables that are empty.
            if (!value.isBlank()) {
                values.put(property(name), value);
                used.add(old + " is now called " + name);
            }
        });
        environment.getPropertySources().addLast(new MapPropertySource("renamed settings", values));
        return used.stream().sorted().toList();
    }

    /** For example {@code seedgate.poll-interval} for {@code SEEDGATE_POLL_INTERVAL}. */
    private static String property(String variable) {
        return variable.toLowerCase(Locale.ROOT).replace('_', '-').replaceFirst("-", ".");
    }
}
