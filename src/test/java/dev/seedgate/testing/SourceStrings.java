package dev.seedgate.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The strings and text blocks in Java sources: where their SQL stands. */
public final class SourceStrings {

    public static final Path MAIN = Path.of("src/main/java/dev/seedgate");
    public static final Path TESTS = Path.of("src/test/java/dev/seedgate");

    /** A comment, which comes first as it may have quotes in it; or a text block, or a string. */
    private static final Pattern TOKEN =
            Pattern.compile(
                    "//[^\\n]*|/\\*[\\s\\S]*?\\*/|\"\"\"([\\s\\S]*?)\"\"\"|\"((?:[^\"\\\\\\n]|\\\\.)*)\"|'(?:[^'\\\\]|\\\\.)'");

    private SourceStrings() {}

    /** Those of each file, which is named by its path below this folder. */
    public static Map<String, List<String>> in(Path root) throws IOException {
        Map<String, List<String>> strings = new TreeMap<>();
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(it -> it.toString().endsWith(".java")).toList()) {
                strings.put(
                        root.relativize(file).toString(),
                        TOKEN.matcher(Files.readString(file))
                                .results()
                                .map(SourceStrings::text)
                                .filter(it -> !it.isEmpty())
                                .toList());
            }
        }
        return strings;
    }

    private static String text(MatchResult token) {
        String block = token.group(1) == null ? token.group(2) : token.group(1);
        return block == null ? "" : block;
    }
}
