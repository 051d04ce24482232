package dev.seedgate.access.operator;

import dev.seedgate.access.apikey.KeyStore;
import java.util.List;
import java.util.Optional;
import org.springframework.data.jpa.repository.NativeQuery;
import org.springframework.data.repository.Repository;

/** The admin keys in the database. */
interface AdminKeyRepository extends Repository<AdminKey, Long>, KeyStore<AdminKey> {

    @NativeQuery("select * from admin_key where id = :id for no key update")
    Optional<AdminKey> lock(long id);

    @NativeQuery("select * from admin_key where id > :id order by id limit :most")
    List<AdminKey> findAfter(long id, int most);
}
