package dev.seedgate.access.team;

/**
 * A new key, shown this once.
 *
 * @param text the secret
 */
record IssuedKey(KeyDetails details, String text) {

    @Override
    public String toString() {
        return "IssuedKey[" + details.id() + "]";
    }
}
