package dev.seedgate.task.clip;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.util.OptionalLong;

/**
 * Storage of copies of clips, by key. What it fails with says in its message what an operator may
 * see.
 */
interface ClipStore extends AutoCloseable {

    /**
     * Puts a clip there, all of it or nothing.
     *
     * @param type its media type
     * @param length in bytes; it fails when there are fewer or more
     * @return false when there is one with this key already, which stays as it is
     */
    boolean put(String key, String type, long length, InputStream bytes) throws IOException;

    /** Its size in bytes; empty when there is none with this key. */
    OptionalLong size(String key) throws IOException;

    /**
     * Reads a part of a clip; the caller reads no more than was asked for.
     *
     * @throws NoSuchFileException when there is none with this key
     */
    InputStream read(String key, long from, long length) throws IOException;

    /** Takes it away; it may be gone already. */
    void delete(String key) throws IOException;

    @Override
    default void close() {}
}
