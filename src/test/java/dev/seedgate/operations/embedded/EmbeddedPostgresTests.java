package dev.seedgate.operations.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seedgate.platform.values.StartupException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.FileSystemUtils;

/** One test per way that a gateway's life ends, on real servers in a folder of their own. */
class EmbeddedPostgresTests {

    private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");

    /** One for all, so that the programs are unpacked once; the data is each test's own. */
    @TempDir static Path path;

    private LockedDirectory folder;
    private DevelopmentSecrets keys;

    @BeforeEach
    void takeTheFolder() {
        folder = LockedDirectory.take(path);
        keys = DevelopmentSecrets.keptIn(folder);
    }

    @AfterEach
    void leaveTheFolder() throws IOException {
        folder.close();
        FileSystemUtils.deleteRecursively(path.resolve("data"));
    }

    @Test
    void keepsItsDataAcrossARestart() throws SQLException {
        try (EmbeddedPostgres server = EmbeddedPostgres.start(folder, keys)) {
            execute(server.url(), keys, "create table clip as select 'kept' as name");
        }
        try (EmbeddedPostgres server = EmbeddedPostgres.start(folder, keys)) {
            assertThat(ask(server, "select name from clip")).isEqualTo("kept");
        }
    }

    @Test
    void isAsDurableAsAServerOfItsOwn() throws SQLException {
        try (EmbeddedPostgres server = EmbeddedPostgres.start(folder, keys)) {
            assertThat(
                            List.of(
                                    ask(server, "show fsync"),
                                    ask(server, "show synchronous_commit"),
                                    ask(server, "show full_page_writes")))
                    .containsOnly("on");
            assertThat(ask(server, "show server_encoding")).isEqualTo("UTF8");
            assertThat(ask(server, "show listen_addresses")).isEqualTo("127.0.0.1");
            assertThatThrownBy(() -> DriverManager.getConnection(server.url(), "seedgate", "guess"))
                    .hasMessageContaining("password");
        }
    }

    @Test
    void endsTheServerThatAKilledGatewayLeftBehind() throws Exception {
        folder.close();
        Process gateway = child();
        String url =
                gateway.inputReader()
                        .lines()
                        .filter(l -> l.startsWith("jdbc:"))
                        .findFirst()
                        .orElse("");
        long left = pid();
        assertThat(url).startsWith("jdbc:postgresql:");
        gateway.destroyForcibly().waitFor();
        assertThat(ProcessHandle.of(left)).isPresent();
        folder = LockedDirectory.take(path);
        try (EmbeddedPostgres server =
                EmbeddedPostgres.start(folder, DevelopmentSecrets.keptIn(folder))) {
            assertThat(ask(server, "select name from child")).isEqualTo("committed");
            assertThat(pid()).isNotEqualTo(left);
        }
    }

    @Test
    void leavesAStrangerAloneWhoHasTheNumberOfADeadServer() throws Exception {
        EmbeddedPostgres.start(folder, keys).close();
        long stranger = ProcessHandle.current().pid();
        Files.writeString(
                path.resolve("data/postmaster.pid"), stranger + "\n" + path + "/data\n0\n5432\n");
        try (EmbeddedPostgres server = EmbeddedPostgres.start(folder, keys)) {
            assertThat(ask(server, "select 'well'")).isEqualTo("well");
        }
    }

    @Test
    void saysWhatToDoWithTheDataOfAnotherVersion() throws IOException {
        Files.createDirectory(path.resolve("data"));
        Files.writeString(path.resolve("data/PG_VERSION"), "14\n");
        assertThatThrownBy(() -> EmbeddedPostgres.start(folder, keys))
                .isInstanceOf(StartupException.class)
                .hasMessageContaining("is PostgreSQL 14's, and the embedded one is 18: move");
    }

    @Test
    void refusesAFolderThatIsInUse() throws Exception {
        assertThatThrownBy(() -> LockedDirectory.take(path))
                .isInstanceOf(StartupException.class)
                .hasMessageContaining("in use by another gateway");
        Process other = child();
        assertThat(other.errorReader().readLine()).contains("in use by another gateway");
        other.waitFor();
    }

    @Test
    void keepsTheKeysFromOthersAndForever() throws IOException {
        assertThat(DevelopmentSecrets.keptIn(folder)).isEqualTo(keys);
        assertThat(keys.admin()).hasSizeGreaterThanOrEqualTo(16);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                .isEqualTo("rwx------");
        assertThat(
                        PosixFilePermissions.toString(
                                Files.getPosixFilePermissions(path.resolve("keys"))))
                .isEqualTo("rw-------");
    }

    private long pid() throws IOException {
        return Long.parseLong(
                Files.readAllLines(path.resolve("data/postmaster.pid")).getFirst().strip());
    }

    private String ask(EmbeddedPostgres server, String sql) throws SQLException {
        try (Connection connection =
                        DriverManager.getConnection(
                                server.url(), EmbeddedPostgres.USER, keys.database());
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }

    private static void execute(String url, DevelopmentSecrets keys, String sql)
            throws SQLException {
        try (Connection connection =
                        DriverManager.getConnection(url, EmbeddedPostgres.USER, keys.database());
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private Process child() throws IOException {
        return new ProcessBuilder(
                        JAVA.toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Child.class.getName(),
                        path.toString())
                .start();
    }

    /** A gateway's life up to the kill, in a process of its own. */
    static final class Child {

        private Child() {}

        @SuppressWarnings("SystemOut")
        public static void main(String[] args) throws Exception {
            try {
                LockedDirectory folder = LockedDirectory.take(Path.of(args[0]));
                DevelopmentSecrets keys = DevelopmentSecrets.keptIn(folder);
                EmbeddedPostgres server = EmbeddedPostgres.start(folder, keys);
                execute(server.url(), keys, "create table child as select 'committed' as name");
                System.out.println(server.url());
                Thread.sleep(60_000);
            } catch (StartupException e) {
                System.err.println(e.getMessage());
            }
        }
    }
}
