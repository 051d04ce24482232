package dev.seedgate.access.operator;

import dev.seedgate.platform.values.Actor;

/** Who calls the admin API with a good key, and what that key may do. */
public record AuthenticatedAdmin(long keyId, Role role) {

    /** Named by the key's id: names change hands, and the audit log is for ever. */
    public Actor actor(String address) {
        return new Actor("admin-key:" + keyId, address);
    }
}
