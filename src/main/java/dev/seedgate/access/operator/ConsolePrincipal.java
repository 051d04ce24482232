package dev.seedgate.access.operator;

import dev.seedgate.access.team.TeamScope;
import dev.seedgate.platform.values.Actor;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Person who is signed in to the console: an admin with a role, who sees all teams, or a member of
 * some, who sees these.
 *
 * @param name {@code admin} by password, a named key's own, else the provider's verified e-mail
 *     address or subject
 * @param role null for a member
 * @param teams that they see; what a page reads for them asks it
 * @param keyId of the named admin key that they signed in with, else null
 * @param address that this request comes from
 */
public record ConsolePrincipal(
        String name,
        @Nullable Role role,
        TeamScope teams,
        Method method,
        Instant at,
        @Nullable Long keyId,
        String address) {

    /** What a member is called where others have the name of their role. */
    public static final String MEMBER = "member";

    /** How somebody signed in. */
    public enum Method {
        /** By the bootstrap admin key. */
        PASSWORD,
        /** By the company's OpenID Connect provider. */
        OIDC,
        /** By a named admin key. */
        KEY;

        String text() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Method of(String text) {
            return valueOf(text.toUpperCase(Locale.ROOT));
        }
    }

    /** Whether they have no role, and see their own teams alone. */
    public boolean isMember() {
        return role == null;
    }

    /** Whether they may do what an operator may. */
    public boolean isOperator() {
        return role != null && role.includes(Role.OPERATOR);
    }

    public boolean isAdmin() {
        return role == Role.ADMIN;
    }

    /** What they are, in a word. */
    public String standing() {
        return role == null ? MEMBER : role.text();
    }

    /** The actor that the audit log names beside what they change. */
    public Actor actor() {
        return keyId == null
                ? new Actor(method.text() + ":" + name, address)
                : new Actor("admin-key:" + keyId, address);
    }
}
