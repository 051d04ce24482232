package dev.seedgate.task.lifecycle;

import dev.seedgate.platform.telemetry.Loops;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * The periodic job that blanks the prompts and image URLs of tasks that ended longer ago than their
 * team keeps them; all else of a task stays. Every replica may run it at any time: what one has
 * locked, another passes over.
 */
@Component
class PromptRetention {

    private final JdbcClient jdbc;
    private final GenerationSettings settings;

    PromptRetention(JdbcClient jdbc, GenerationSettings settings, Loops loops) {
        this.jdbc = jdbc;
        this.settings = settings;
        loops.every(settings.promptRetentionInterval(), "prompt-retention", this::blankExpired);
    }

    /** One step of bounded size; answers how many it blanked. */
    int blankExpired() {
        return jdbc.sql(
                        """
                        with blank as materialized (
                            select due.id from team_limits m cross join lateral (
                                select t.id from task t
                                where t.team_id = m.id and t.prompt is not null
                                    and t.phase in ('SUCCEEDED', 'FAILED')
                                    and t.ended_at < gateway_now() - make_interval(days => m.prompt_retention_days)
                                order by t.ended_at
                                limit :batch
                                for update skip locked) due
                            where m.prompt_retention_days is not null
                            limit :batch)
                        update task t set prompt = null, image_urls = '{}'
                        from blank where t.id = blank.id
                        """)
                .param("batch", settings.promptRetentionBatch())
                .update();
    }
}
