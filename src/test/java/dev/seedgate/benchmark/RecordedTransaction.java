package dev.seedgate.benchmark;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The statements of one transaction as PostgreSQL logged them, to be driven again straight through
 * JDBC: what the database could do of the gateway's work if nothing but the statements were done.
 * So the denominator follows the code by itself.
 */
final class RecordedTransaction {

    private static final Pattern PARAMETER = Pattern.compile("\\$(\\d+) = (NULL|'((?:[^']|'')*)')");

    private static final Pattern PLACE = Pattern.compile("\\$\\d+");

    private final List<Recorded> statements;
    private final boolean committedByItself;

    /**
     * @param committedByItself whether it was one statement without a begin and a commit
     */
    private RecordedTransaction(List<Recorded> statements, boolean committedByItself) {
        this.statements = statements;
        this.committedByItself = committedByItself;
    }

    /**
     * Has all statements logged while something is done, and keeps the transaction that has this
     * text in it.
     *
     * @param logs the folder of PostgreSQL's logs, written as {@code csvlog}
     */
    static RecordedTransaction of(Connection superuser, Path logs, String mark, Runnable done)
            throws SQLException, IOException, InterruptedException {
        try (Statement statement = superuser.createStatement()) {
            statement.execute("alter system set log_min_duration_statement = 0");
            statement.execute("select pg_reload_conf()");
            Thread.sleep(500);
            done.run();
            Thread.sleep(500);
            statement.execute("alter system reset log_min_duration_statement");
            statement.execute("select pg_reload_conf()");
        }
        Map<String, List<Recorded>> open = new LinkedHashMap<>();
        for (List<String> line : lines(logs)) {
            String session = line.get(5);
            String message = line.get(13);
            Matcher executed =
                    Pattern.compile("^duration: [\\d.]+ ms  execute [^:]*: (.*)$", Pattern.DOTALL)
                            .matcher(message);
            if (!executed.matches()) {
                continue;
            }
            String sql = executed.group(1);
            if (sql.equalsIgnoreCase("begin")) {
                open.put(session, new ArrayList<>());
            } else if (sql.equalsIgnoreCase("commit")) {
                List<Recorded> transaction = open.remove(session);
                if (transaction != null
                        && transaction.stream().anyMatch(it -> it.sql().contains(mark))) {
                    return new RecordedTransaction(List.copyOf(transaction), false);
                }
            } else {
                // The gateway leaves what it finds locked to another way; here nobody would do it.
                String waiting = sql.replace(" skip locked", "");
                Recorded statement = new Recorded(waiting, parameters(line.get(14)));
                List<Recorded> transaction = open.get(session);
                if (transaction != null) {
                    transaction.add(statement);
                } else if (sql.contains(mark)) {
                    return new RecordedTransaction(List.of(statement), true);
                }
            }
        }
        throw new IllegalStateException("no transaction with '" + mark + "' was logged");
    }

    int statements() {
        return statements.size();
    }

    /**
     * Drives it as fast as so many connections can.
     *
     * @param values gives each run the values to put instead of the recorded ones
     * @return transactions a second
     */
    double perSecond(
            String url, int clients, double seconds, Function<Long, Map<String, String>> values)
            throws Exception {
        long end = System.nanoTime() + (long) (seconds * 1e9);
        AtomicLong number = new AtomicLong();
        long begin = System.nanoTime();
        try (ExecutorService threads = Executors.newFixedThreadPool(clients)) {
            List<Future<Long>> running = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                running.add(threads.submit(() -> drive(url, end, number, values)));
            }
            long all = 0;
            for (Future<Long> each : running) {
                all += each.get();
            }
            return all / ((System.nanoTime() - begin) / 1e9);
        }
    }

    private long drive(
            String url, long end, AtomicLong number, Function<Long, Map<String, String>> values)
            throws SQLException {
        long made = 0;
        try (Connection connection = DriverManager.getConnection(url)) {
            connection.setAutoCommit(committedByItself);
            List<PreparedStatement> prepared = new ArrayList<>();
            for (Recorded statement : statements) {
                prepared.add(connection.prepareStatement(statement.withPlaceholders()));
            }
            while (System.nanoTime() < end) {
                Map<String, String> now = values.apply(number.getAndIncrement());
                for (int i = 0; i < prepared.size(); i++) {
                    statements.get(i).bind(prepared.get(i), now);
                    prepared.get(i).execute();
                }
                if (!committedByItself) {
                    connection.commit();
                }
                made++;
            }
        }
        return made;
    }

    private static List<@Nullable String> parameters(String detail) {
        List<@Nullable String> parameters = new ArrayList<>();
        Matcher each = PARAMETER.matcher(detail);
        while (each.find()) {
            parameters.add(each.group(3) == null ? null : each.group(3).replace("''", "'"));
        }
        return parameters;
    }

    /** The fields of each line; a quoted one may have line ends. */
    private static List<List<String>> lines(Path logs) throws IOException {
        StringBuilder text = new StringBuilder();
        try (var files = Files.list(logs)) {
            for (Path file : files.filter(it -> it.toString().endsWith(".csv")).sorted().toList()) {
                text.append(Files.readString(file, StandardCharsets.UTF_8));
            }
        }
        List<List<String>> lines = new ArrayList<>();
        List<String> line = new ArrayList<>();
        StringBuilder field = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < text.length(); i++) {
            char next = text.charAt(i);
            if (quoted && next == '"' && i + 1 < text.length() && text.charAt(i + 1) == '"') {
                field.append('"');
                i++;
            } else if (next == '"') {
                quoted = !quoted;
            } else if (!quoted && (next == ',' || next == '\n')) {
                line.add(field.toString());
                field.setLength(0);
                if (next == '\n') {
                    lines.add(line);
                    line = new ArrayList<>();
                }
            } else {
                field.append(next);
            }
        }
        return lines;
    }

    /** A statement with the values it had, each used once and in this order. */
    private record Recorded(String sql, List<@Nullable String> parameters) {

        String withPlaceholders() {
            return PLACE.matcher(sql).replaceAll("?");
        }

        /** Without types: the database knows what it needs in each place. */
        void bind(PreparedStatement statement, Map<String, String> values) throws SQLException {
            for (int i = 0; i < parameters.size(); i++) {
                String value = parameters.get(i);
                if (value == null) {
                    statement.setNull(i + 1, Types.NULL);
                } else {
                    statement.setObject(i + 1, values.getOrDefault(value, value), Types.OTHER);
                }
            }
        }
    }
}
