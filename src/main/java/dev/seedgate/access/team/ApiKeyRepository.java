package dev.seedgate.access.team;

import dev.seedgate.access.apikey.KeyStore;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.springframework.data.jpa.repository.NativeQuery;
import org.springframework.data.repository.Repository;

/** The teams' keys in the database. */
interface ApiKeyRepository extends Repository<ApiKey, Long>, KeyStore<ApiKey> {

    @NativeQuery("select exists (select from api_key where hash = :hash)")
    boolean existsByHash(byte[] hash);

    @NativeQuery(
            """
            select k.* from api_key k join team t on t.id = k.team_id
            where t.slug = :slug and k.id = :id for no key update of k
            """)
    Optional<ApiKey> lock(String slug, long id);

    @NativeQuery(
            """
            select k.* from api_key k join team t on t.id = k.team_id
            where t.slug = :slug and t.archived_at is null and k.revoked_at is null and not k.suspended
                and (k.expires_at is null or k.expires_at > :now)
            order by k.id
            """)
    List<ApiKey> findAlive(String slug, Instant now);

    @NativeQuery(
            """
            select count(*) from api_key k join team t on t.id = k.team_id
            where t.slug = :slug and k.revoked_at is null and (k.expires_at is null or k.expires_at > :now)
            """)
    long countNotEnded(String slug, Instant now);

    @NativeQuery(
            """
            select k.* from api_key k join team t on t.id = k.team_id
            where t.slug = :slug and k.id > :id order by k.id limit :most
            """)
    List<ApiKey> findAfter(String slug, long id, int most);
}
