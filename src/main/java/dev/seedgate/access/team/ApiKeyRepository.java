package dev.seedgate.access.team;

import dev.seedgate.access.apikey.KeyStore;
import jakarta.persistence.LockModeType;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.springframework.data.domain.Limit;
import org.springframework.data.jpa.repository.Lock;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.Repository;

/** The teams' keys in the database. */
interface ApiKeyRepository extends Repository<ApiKey, Long>, KeyStore<ApiKey> {

    boolean existsByHash(byte[] hash);

    @Lock(LockModeType.PESSIMISTIC_WRITE)
    @Query("select k from ApiKey k where k.team.slug = :slug and k.id = :id")
    Optional<ApiKey> lock(String slug, long id);

    @Query(
            """
            select k from ApiKey k join fetch k.team t
            where t.slug = :slug and t.archivedAt is null and k.revokedAt is null and not k.suspended
                and (k.expiresAt is null or k.expiresAt > :now)
            order by k.id
            """)
    List<ApiKey> findAlive(String slug, Instant now);

    @Query(
            """
            select count(k) from ApiKey k where k.team.slug = :slug and k.revokedAt is null
                and (k.expiresAt is null or k.expiresAt > :now)
            """)
    long countNotEnded(String slug, Instant now);

    List<ApiKey> findByTeamSlugAndIdGreaterThanOrderById(String slug, long id, Limit limit);
}
