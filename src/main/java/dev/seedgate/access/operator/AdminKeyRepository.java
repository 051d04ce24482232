package dev.seedgate.access.operator;

import dev.seedgate.access.apikey.KeyStore;
import jakarta.persistence.LockModeType;
import java.util.List;
import java.util.Optional;
import org.springframework.data.domain.Limit;
import org.springframework.data.jpa.repository.Lock;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.Repository;

/** The admin keys in the database. */
interface AdminKeyRepository extends Repository<AdminKey, Long>, KeyStore<AdminKey> {

    @Lock(LockModeType.PESSIMISTIC_WRITE)
    @Query("select k from AdminKey k where k.id = :id")
    Optional<AdminKey> lock(long id);

    List<AdminKey> findByIdGreaterThanOrderById(long id, Limit limit);
}
