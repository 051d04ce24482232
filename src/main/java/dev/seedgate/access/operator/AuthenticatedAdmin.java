package dev.seedgate.access.operator;

import dev.seedgate.platform.values.Actor;

/** Caller of the admin API with a named key, and the role of the key. */
public record AuthenticatedAdmin(long keyId, Role role) {

    /** Named by the key's id: names change hands, and the audit log is for ever. */
    public Actor actor(String address) {
        return new Actor("admin-key:" + keyId, address);
    }
}
