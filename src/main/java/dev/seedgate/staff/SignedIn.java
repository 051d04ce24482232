package dev.seedgate.staff;

import dev.seedgate.shared.Actor;
import java.time.Instant;
import java.util.Locale;

/**
 * Somebody who is signed in to the console.
 *
 * @param name {@code admin} by password, else the provider's verified e-mail address or subject
 */
public record SignedIn(String name, Role role, Method method, Instant at) {

    /** How somebody signed in. */
    public enum Method {
        /** By the bootstrap admin key. */
        PASSWORD,
        /** By the company's OpenID Connect provider. */
        OIDC;

        String text() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Method of(String text) {
            return valueOf(text.toUpperCase(Locale.ROOT));
        }
    }

    /** As it is written beside what they change. */
    public Actor actor(String address) {
        return new Actor(method.text() + ":" + name, address);
    }
}
