package dev.seedgate.access.operator;

/**
 * A new admin key, shown this once.
 *
 * @param text the secret
 */
record IssuedAdminKey(AdminKeyDetails details, String text) {

    @Override
    public String toString() {
        return "IssuedAdminKey[" + details.id() + "]";
    }
}
