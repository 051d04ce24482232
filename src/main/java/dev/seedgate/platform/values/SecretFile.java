package dev.seedgate.platform.values;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A secret in a file of one line, read again when the file changes. */
public final class SecretFile {

    private static final Logger log = LoggerFactory.getLogger(SecretFile.class);

    private final String setting;
    private final Path file;
    private final UnaryOperator<String> check;
    private volatile Read read;

    private SecretFile(String setting, Path file, UnaryOperator<String> check) throws IOException {
        this.setting = setting;
        this.file = file;
        this.check = check;
        read = read();
    }

    /**
     * Reads the file for the first time.
     *
     * @param setting the variable that names it
     * @param check answers the secret or throws a {@link StartupException}
     */
    public static SecretFile open(String setting, Path file, UnaryOperator<String> check) {
        try {
            return new SecretFile(setting, file, check);
        } catch (IOException e) {
            throw new StartupException(
                    "%s can't be read: %s (%s)."
                            .formatted(setting, file, e.getClass().getSimpleName()));
        }
    }

    /** A file that is gone or broken for a moment, as in a rotation, leaves it as it was. */
    public String value() {
        try {
            if (!Files.getLastModifiedTime(file).equals(read.changed())) {
                read = read();
                log.info("{}: the secret was read again", setting);
            }
        } catch (IOException | StartupException e) {
            log.warn("{} can't be read; the old secret stays in use: {}", setting, file);
        }
        return read.secret();
    }

    private Read read() throws IOException {
        // The time first: a change between the two is then read again.
        FileTime changed = Files.getLastModifiedTime(file);
        return new Read(check.apply(Files.readString(file).strip()), changed);
    }

    private record Read(String secret, FileTime changed) {}
}
