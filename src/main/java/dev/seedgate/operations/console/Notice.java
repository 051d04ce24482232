package dev.seedgate.operations.console;

import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A notice on the sign-in page, for somebody who was sent (back) to it. */
enum Notice {
    WRONG("That is not an admin key."),
    WAIT("Too many failed sign-ins from your address. Wait some minutes, then try again."),
    ROLE(
            "Your provider knows you, but you have no role here and are a member of no team that"
                    + " there is here. Ask an admin."),
    FAILED("That did not work. Try again; if it keeps failing, ask whoever runs this gateway."),
    BUSY("Too many sign-ins are under way at your provider. Wait a minute, then try again."),
    ADDRESS(
            "The gateway does not know its own address, so it can't tell your provider where to"
                    + " send you back to. Whoever runs it has to set SEEDGATE_PUBLIC_URL."),
    PLAIN(
            "This page came over plain http, and your browser keeps the cookies of a sign-in only"
                    + " over https. Whoever runs this gateway has to put TLS in front of it, name that"
                    + " proxy in SEEDGATE_TRUSTED_PROXIES and the https address in"
                    + " SEEDGATE_PUBLIC_URL."),
    EXPIRED("That page had been open for too long. Please sign in again."),
    OUT("You are signed out.");

    private final String text;

    Notice(String text) {
        this.text = text;
    }

    /** The one that a query names. */
    static @Nullable Notice in(Set<String> query) {
        return Arrays.stream(values())
                .filter(it -> query.contains(it.name().toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElse(null);
    }

    public String getText() {
        return text;
    }

    /** Whether something went wrong. */
    public boolean isBad() {
        return this != OUT && this != EXPIRED;
    }
}
