package dev.seedgate.operations.webhook;

import dev.seedgate.platform.telemetry.Loops;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The end of what is kept: deliveries that are old, or more than the log holds; secrets that sign
 * no more. A message holds what was ordered, so none outlives the time for which the team wants
 * that kept. Secrets that an older key encrypted are encrypted with the present one.
 */
@Component
class WebhookRetention {

    private static final Logger log = LoggerFactory.getLogger(WebhookRetention.class);
    private static final Duration INTERVAL = Duration.ofMinutes(5);
    // Rows of a step: some milliseconds of work.
    private static final int BATCH = 1000;

    private final JdbcClient jdbc;
    private final SecretCipher cipher;
    private final WebhookSettings settings;
    private final TransactionTemplate transaction;

    WebhookRetention(
            JdbcClient jdbc,
            SecretCipher cipher,
            WebhookSettings settings,
            TransactionTemplate transaction,
            Loops loops) {
        this.jdbc = jdbc;
        this.cipher = cipher;
        this.settings = settings;
        this.transaction = transaction;
        loops.drain(INTERVAL, "webhook-retention", this::sweep);
        loops.every(INTERVAL, "webhook-secrets", this::renewSecrets);
    }

    /** One step of bounded size; answers whether there may be more to do. */
    boolean sweep() {
        return deleteOld() + deleteMany() + deleteOrphans() >= BATCH;
    }

    private int deleteOld() {
        return jdbc.sql(
                        """
                        with old as (
                            select d.id from team_limits t cross join lateral (
                                select d.id from webhook_delivery d
                                where d.team_id = t.id
                                    and d.at < gateway_now() - least(make_interval(secs => :kept),
                                        make_interval(days => t.prompt_retention_days))
                                    and (d.due_at is null
                                        or d.at < gateway_now() - make_interval(days => t.prompt_retention_days))
                                order by d.at limit :batch) d
                            limit :batch)
                        delete from webhook_delivery d using old where d.id = old.id
                        """)
                .param("kept", settings.webhooksRetention().toSeconds())
                .param("batch", BATCH)
                .update();
    }

    private int deleteMany() {
        return jdbc.sql(
                        """
                        with many as (
                            select d.id from webhook_endpoint e cross join lateral (
                                select d.id from webhook_delivery d where d.endpoint_id = e.id and d.due_at is null
                                order by d.id desc offset :kept limit :batch) d
                            limit :batch)
                        delete from webhook_delivery d using many where d.id = many.id
                        """)
                .param("kept", settings.webhooksLogSize())
                .param("batch", BATCH)
                .update();
    }

    /** Of endpoints that were removed while a task ended. */
    private int deleteOrphans() {
        return jdbc.sql(
                        """
                        delete from webhook_delivery where id in (
                            select d.id from webhook_delivery d
                            where d.due_at is not null
                                and not exists (select from webhook_endpoint e where e.id = d.endpoint_id)
                            limit :batch)
                        """)
                .param("batch", BATCH)
                .update();
    }

    void renewSecrets() {
        jdbc.sql(
                        """
                        update webhook_endpoint set old_secret = null, old_secret_until = null
                        where old_secret_until <= gateway_now()
                        """)
                .update();
        cipher.keyId().ifPresent(key -> transaction.executeWithoutResult(_ -> renewSecrets(key)));
    }

    private void renewSecrets(byte[] key) {
        List<Stored> outdated =
                jdbc.sql(
                                """
                                select id, team_id, secret, old_secret from webhook_endpoint
                                where substring(secret from 2 for 4) <> :key
                                    or substring(old_secret from 2 for 4) <> :key
                                order by id limit :batch for no key update skip locked
                                """)
                        .param("key", key)
                        .param("batch", BATCH)
                        .query((row, _) ->
                                new Stored(
                                        row.getLong("id"),
                                        row.getLong("team_id"),
                                        List.of(row.getBytes("secret")),
                                        row.getBytes("old_secret") == null
                                                ? List.of()
                                                : List.of(row.getBytes("old_secret"))))
                        .list();
        int renewed = 0;
        for (Stored each : outdated) {
            try {
                jdbc.sql(
                                """
                                update webhook_endpoint set secret = :secret, old_secret = :old where id = :id
                                """)
                        .param("secret", renewed(each.secret(), each.team()))
                        .param("old", renewed(each.old(), each.team()))
                        .param("id", each.id())
                        .update();
                renewed++;
            } catch (IllegalStateException e) {
                log.warn("the secret of endpoint {}: {}", each.id(), e.getMessage());
            }
        }
        if (renewed > 0) {
            log.info("{} endpoints' secrets are encrypted with the present key now", renewed);
        }
    }

    private byte @Nullable [] renewed(List<byte[]> secret, long team) {
        return secret.isEmpty()
                ? null
                : cipher.encrypt(cipher.decrypt(secret.getFirst(), team), team);
    }

    private record Stored(long id, long team, List<byte[]> secret, List<byte[]> old) {}
}
