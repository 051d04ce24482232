package dev.seedgate.access.operator;

import dev.seedgate.platform.values.Actor;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Person who is signed in to the console.
 *
 * @param name {@code admin} by password, a named key's own, else the provider's verified e-mail
 *     address or subject
 * @param keyId of the named admin key that they signed in with, else null
 * @param address that this request comes from
 */
public record ConsolePrincipal(
        String name, Role role, Method method, Instant at, @Nullable Long keyId, String address) {

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

    /** The actor that the audit log names beside what they change. */
    public Actor actor() {
        return keyId == null
                ? new Actor(method.text() + ":" + name, address)
                : new Actor("admin-key:" + keyId, address);
    }
}
