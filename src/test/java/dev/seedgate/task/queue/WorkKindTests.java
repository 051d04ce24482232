package dev.seedgate.task.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.testing.TestDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
    private static final Pattern LITERAL = Pattern.compile("'([^']*)'");
    private static final Set<String> WORDS =
            Stream.of(WorkKind.values()).map(WorkKind::word).collect(Collectors.toSet());

    @Test
    void areThoseThatTheTableTakes() {
        String check =
                TestDatabase.create()
                        .migrated()
                        .text(
                                "select pg_get_constraintdef(oid) from pg_constraint where conname = 'work_kind_check'");
        assertThat(literals(check)).containsExactlyInAnyOrderElementsOf(WORDS);
        assertThat(WORDS).allSatisfy(word -> assertThat(WorkKind.of(word).word()).isEqualTo(word));
    }

    /** In literals: the table's partial indexes are not found by parameters. */
    @Test
    void areTheOnlyOnesInTheStatementsAboutThem() throws IOException {
        Path root = Path.of("src/main/java/dev/seedgate");
        List<String> found =
                Stream.concat(
                                comparisons(root.resolve("task/queue")),
                                comparisons(root.resolve("operations/metrics")))
                        .flatMap(it -> literals(it).stream())
                        .toList();
        assertThat(found).hasSizeGreaterThan(10);
        assertThat(WORDS).containsAll(found);
    }

    private static Stream<String> comparisons(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files
                    .map(WorkKindTests::read)
                    .flatMap(it -> COMPARISON.matcher(it).results().map(MatchResult::group))
                    .toList()
                    .stream();
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> literals(String sql) {
        return LITERAL.matcher(sql).results().map(it -> it.group(1)).toList();
    }
}
