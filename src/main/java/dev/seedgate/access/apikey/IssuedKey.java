package dev.seedgate.access.apikey;

/**
 * A new key, shown this once.
 *
 * @param text the secret
 */
public record IssuedKey<D>(D details, String text) {

    @Override
    public String toString() {
        return "IssuedKey[" + details + "]";
    }
}
