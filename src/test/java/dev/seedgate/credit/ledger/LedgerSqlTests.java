package dev.seedgate.credit.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.testing.SourceStrings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The SQL that stands in the sources, where it names the ledger or the accounts. */
class LedgerSqlTests {

    private static final Pattern WRITE =
            Pattern.compile(
                    "(insert\\s+into|delete\\s+from|merge\\s+into|truncate|update)\\s+(ledger_entry|account)\\b");

    /** A budget that was made or taken away moves no money. */
    private static final Pattern HARMLESS =
            Pattern.compile("update account set budget_changes = budget_changes \\+ 1 where.*");

    /** The table, and the view of it that other wings read. */
    private static final Pattern LEDGER = Pattern.compile("\\bledger_(entry|movement)\\b");

    /** A column and what it is compared with. */
    private static final Pattern COMPARED =
            Pattern.compile(
                    "\\b(kind|debit|credit)\\s*(?:=|<>|(?:not\\s+)?in|is\\s+(?:not\\s+)?distinct\\s+from)\\s*\\(?\\s*('\\w+'(?:\\s*,\\s*'\\w+')*)");

    private static final Pattern WORD = Pattern.compile("'(\\w+)'");
    private static final Pattern CASE_OF_KIND =
            Pattern.compile("case\\s+(?:\\w+\\.)?kind\\s+([\\s\\S]*?)\\bend\\b");
    private static final Pattern WHEN = Pattern.compile("when\\s+'(\\w+)'");
    private static final Pattern CASE_OF_ACCOUNT =
            Pattern.compile("case\\s+'(\\w+)'\\s+when\\s+(?:\\w+\\.)?(?:credit|debit)\\b");

    @Test
    void onlyTheLedgerWritesEntriesAndMovesAccounts() throws IOException {
        Map<String, List<String>> writers = new TreeMap<>();
        SourceStrings.in(SourceStrings.MAIN)
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
        assertThat(writers)
                .containsOnlyKeys("credit/ledger/Ledger.java", "credit/ledger/ReservationSql.java");
        // What the verdict moves, what the fast path moves, and the entries of either.
        assertThat(writers.get("credit/ledger/ReservationSql.java")).hasSize(3);
        // The entry of a reservation's end and what a settlement and a release then move, the
        // possible loss, top-ups, tasks in flight, a new account.
        assertThat(writers.get("credit/ledger/Ledger.java")).hasSize(7);
    }

    /**
     * Kinds and accounts are bound from the enums; a literal stands only where a partial index
     * needs one, and in migrations. Each is one of an enum's, and each kind has its use.
     */
    @Test
    void namesKindsAndAccountsAsTheEnumsDo() throws IOException {
        Set<String> kinds = new TreeSet<>();
        Set<String> accounts = new TreeSet<>();
        for (String statement : statements()) {
            COMPARED.matcher(statement)
                    .results()
                    .forEach(it -> {
                        Set<String> words = it.group(1).equals("kind") ? kinds : accounts;
                        WORD.matcher(it.group(2))
                                .results()
                                .forEach(word -> words.add(word.group(1)));
                    });
            CASE_OF_KIND
                    .matcher(statement)
                    .results()
                    .forEach(it ->
                            WHEN.matcher(it.group(1))
                                    .results()
                                    .forEach(word -> kinds.add(word.group(1))));
            CASE_OF_ACCOUNT.matcher(statement).results().forEach(it -> accounts.add(it.group(1)));
        }
        assertThat(kinds)
                .containsExactlyInAnyOrderElementsOf(
                        Stream.of(EntryKind.values()).map(EntryKind::word).toList());
        assertThat(accounts)
                .isNotEmpty()
                .isSubsetOf(Stream.of(LedgerAccount.values()).map(LedgerAccount::word).toList());
    }

    @Test
    void typesNoKindInJava() throws IOException {
        List<String> kinds = Stream.of(EntryKind.values()).map(EntryKind::word).toList();
        SourceStrings.in(SourceStrings.MAIN)
                .forEach((file, literals) -> {
                    if (file.matches("(credit|billing)/.*")) {
                        assertThat(literals).as(file).doesNotContainAnyElementsOf(kinds);
                    }
                });
    }

    /** What is written in SQL about the ledger, in the sources, the tests and the migrations. */
    private static List<String> statements() throws IOException {
        List<String> statements = new ArrayList<>();
        SourceStrings.in(SourceStrings.MAIN).values().forEach(statements::addAll);
        SourceStrings.in(SourceStrings.TESTS).values().forEach(statements::addAll);
        for (String folder : List.of("src/main/resources/db/migration", "src/test/sql")) {
            try (Stream<Path> files = Files.walk(Path.of(folder))) {
                for (Path file : files.filter(it -> it.toString().endsWith(".sql")).toList()) {
                    String sql = Files.readString(file).replaceAll("--[^\\n]*", "");
                    statements.addAll(List.of(sql.split(";")));
                }
            }
        }
        return statements.stream().filter(it -> LEDGER.matcher(it).find()).toList();
    }
}
