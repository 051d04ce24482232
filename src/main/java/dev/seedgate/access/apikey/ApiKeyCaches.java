package dev.seedgate.access.apikey;

import dev.seedgate.platform.telemetry.Loops;
import org.springframework.jdbc.core.RowMapper;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Factory of the caches of keys, one for each kind of keys. */
@Component
public class ApiKeyCaches {

    private final JdbcClient jdbc;
    private final ApiKeyCacheVersion version;
    private final KeySettings settings;
    private final Loops loops;

    ApiKeyCaches(JdbcClient jdbc, ApiKeyCacheVersion version, KeySettings settings, Loops loops) {
        this.jdbc = jdbc;
        this.version = version;
        this.settings = settings;
        this.loops = loops;
    }

    /**
     * A cache of keys, whose last use is written down once in a while: to the minute is enough to
     * find dead ones.
     *
     * @param lookUp a query of the keys with one of {@code :hashes} that are neither revoked nor
     *     their owner gone: {@code hash}, {@code id}, {@code seconds_left} (null for ever) and what
     *     the caller is made of
     * @param writeLastUse a statement that writes down that the keys {@code :ids} were used now
     * @param loop what the loop that executes it is called
     */
    public <C> ApiKeyCache<C> create(
            ApiKeyFormat format,
            String lookUp,
            RowMapper<C> caller,
            String writeLastUse,
            String loop) {
        ApiKeyCache<C> cache =
                new ApiKeyCache<>(
                        format,
                        version,
                        settings,
                        hashes ->
                                jdbc.sql(lookUp)
                                        .param("hashes", hashes)
                                        .query((row, number) ->
                                                ApiKeyCache.Found.of(
                                                        row, caller.mapRow(row, number)))
                                        .list(),
                        ids -> jdbc.sql(writeLastUse).param("ids", ids).update());
        loops.every(settings.keyLastUsedInterval(), loop, cache::writeLastUse);
        return cache;
    }
}
