package dev.seedgate.credit.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The SQL that stands in the sources, where it names the ledger or the accounts. */
class LedgerSqlTests {

    private static final Path MAIN = Path.of("src/main/java");

    /** A comment, which comes first as it may have quotes in it; or a text block, or a string. */
    private static final Pattern TOKEN =
            Pattern.compile(
                    "//[^\\n]*|/\\*[\\s\\S]*?\\*/|\"\"\"([\\s\\S]*?)\"\"\"|\"((?:[^\"\\\\\\n]|\\\\.)*)\"|'(?:[^'\\\\]|\\\\.)'");

    private static final Pattern WRITE =
            Pattern.compile(
                    "(insert\\s+into|delete\\s+from|merge\\s+into|truncate|update)\\s+(ledger_entry|account)\\b");

    /** Neither a budget that was made or taken away nor a probe of the connection moves money. */
    private static final Pattern HARMLESS =
            Pattern.compile(
                    "update account set (budget_changes = budget_changes \\+ 1 where|in_flight = in_flight where false).*");

    @Test
    void onlyTheLedgerWritesEntriesAndMovesAccounts() throws IOException {
        Map<String, List<String>> writers = new TreeMap<>();
        literals()
                .forEach((file, literals) -> {
                    List<String> writes =
                            literals.stream()
                                    .filter(it -> WRITE.matcher(it).find())
                                    .filter(it -> !HARMLESS.matcher(it).matches())
                                    .toList();
                    if (!writes.isEmpty()) {
                        writers.put(file, writes);
                    }
                });
        assertThat(writers).containsOnlyKeys("credit/ledger/Ledger.java");
        // The reservation, its end, the possible loss, top-ups, tasks in flight, a new account.
        assertThat(writers.get("credit/ledger/Ledger.java")).hasSize(6);
    }

    /** The strings of each source file. */
    private static Map<String, List<String>> literals() throws IOException {
        Path root = MAIN.resolve("dev/seedgate");
        Map<String, List<String>> literals = new TreeMap<>();
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(it -> it.toString().endsWith(".java")).toList()) {
                literals.put(
                        root.relativize(file).toString(),
                        TOKEN.matcher(Files.readString(file))
                                .results()
                                .map(LedgerSqlTests::text)
                                .filter(it -> !it.isEmpty())
                                .toList());
            }
        }
        return literals;
    }

    private static String text(MatchResult token) {
        String block = token.group(1) == null ? token.group(2) : token.group(1);
        return block == null ? "" : block;
    }
}
