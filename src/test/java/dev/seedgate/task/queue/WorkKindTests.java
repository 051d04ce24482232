package dev.seedgate.task.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.testing.SourceStrings;
import dev.seedgate.testing.TestDatabase;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The words for kinds of work: they stand in the table, in SQL and in the enum. */
class WorkKindTests {

    private static final Pattern COMPARISON =
            Pattern.compile("kind\\s*(=|<>|(?:not )?in)\\s*(\\('[^)]*\\)|'[^']*')");

    /** The table, and the view of it that other wings read. */
    private static final Pattern QUEUE = Pattern.compile("(from|join) (work|task_queue)\\b");

    private static final Pattern LITERAL = Pattern.compile("'([^']*)'");
    private static final Set<String> WORDS =
            Stream.of(WorkKind.values()).map(WorkKind::word).collect(Collectors.toSet());

    @Test
    void areThoseThatTheTableTakes() {
        String check =
                TestDatabase.create()
                        .text(
                                "select pg_get_constraintdef(oid) from pg_constraint where conname = 'work_kind_check'");
        assertThat(literals(check)).containsExactlyInAnyOrderElementsOf(WORDS);
        assertThat(WORDS).allSatisfy(word -> assertThat(WorkKind.of(word).word()).isEqualTo(word));
    }

    /** In literals: the table's partial indexes are not found by parameters. */
    @Test
    void areTheOnlyOnesInTheStatementsAboutThem() throws IOException {
        List<String> found = new ArrayList<>();
        SourceStrings.in(SourceStrings.MAIN)
                .forEach((file, strings) ->
                        strings.stream()
                                // The queue's statements are put together from parts.
                                .filter(it ->
                                        file.startsWith("task/queue/") || QUEUE.matcher(it).find())
                                .flatMap(it ->
                                        COMPARISON.matcher(it).results().map(MatchResult::group))
                                .forEach(it -> found.addAll(literals(it))));
        assertThat(found).hasSizeGreaterThan(10);
        // Where a statement is for one kind or another, its word is put in.
        found.remove("%s");
        assertThat(WORDS).containsAll(found);
    }

    private static List<String> literals(String sql) {
        return LITERAL.matcher(sql).results().map(it -> it.group(1)).toList();
    }
}
