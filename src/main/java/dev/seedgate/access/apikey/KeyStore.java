package dev.seedgate.access.apikey;

import dev.seedgate.platform.database.DatabaseClock;

/** The part of a repository of keys that their lifecycle needs. */
public interface KeyStore<K> extends DatabaseClock {

    K saveAndFlush(K key);
}
