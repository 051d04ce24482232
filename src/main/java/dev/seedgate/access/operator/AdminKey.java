package dev.seedgate.access.operator;

import dev.seedgate.access.apikey.ApiKeyFormat;
import dev.seedgate.access.apikey.StoredKey;
import jakarta.persistence.Entity;
import java.time.Instant;

/** A key of the admin API. */
@Entity
class AdminKey extends StoredKey<AdminKeyDetails> {

    private String role;

    @SuppressWarnings("NullAway.Init") // for Hibernate, which fills the fields
    protected AdminKey() {}

    AdminKey(NewAdminKey request, String text, Instant now) {
        super(ApiKeyFormat.ADMIN, request.name(), text, request.expiresAt(), now);
        role = request.role().text();
    }

    /** A key that takes this one's place. */
    AdminKey successor(String text, Instant now) {
        AdminKeyDetails same = details();
        return new AdminKey(
                new NewAdminKey(same.key().name(), same.role(), successorExpiry()), text, now);
    }

    @Override
    public AdminKeyDetails details() {
        return new AdminKeyDetails(state(), Role.of(role));
    }

    @Override
    protected String auditObject() {
        return "admin-key:" + id();
    }

    @Override
    protected String title() {
        return "Admin key " + id();
    }
}
