package dev.seedgate.staff;

/**
 * A new admin key, shown this once.
 *
 * @param text the secret
 */
public record IssuedAdminKey(AdminKeyDetails details, String text) {

    @Override
    public String toString() {
        return "IssuedAdminKey[" + details.id() + "]";
    }
}
