package dev.seedgate;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import dev.seedgate.testing.ProductClasses;
import java.io.IOException;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Every pattern of the gateway takes steps in proportion to the text, whatever the text: a pattern
 * never yields, and one that goes back over what it has read can hold a core for minutes.
 */
class PatternsTests {

    /** Letters that a pattern may look for or stumble over. */
    private static final String LETTERS = "a0Z /.<>\"\\-_:%@=,;\n\t\u00e9[](){}*";

    private static final int SHORT = 400;
    private static final int LONG = 2 * SHORT;

    /** Patterns that are written where they are used; a Matcher is given what to put there. */
    private static final Pattern IN_LINE =
            Pattern.compile(
                    "(?<!\\.matcher\\(\\w{1,40}\\))\\.(matches|replaceAll|replaceFirst|split)\\(\\s*\"((?:[^\"\\\\]|\\\\.)*+)\"");

    @Test
    void noneGoesBackOverWhatItHasRead() throws IOException, ReflectiveOperationException {
        Map<String, Pattern> patterns = patterns();
        assertThat(patterns).hasSizeGreaterThan(30);
        List<String> slow = new ArrayList<>();
        patterns.forEach((where, pattern) -> {
            String text = offending(pattern);
            if (text != null) {
                slow.add(where + " /" + pattern + "/ on " + text);
            }
        });
        assertThat(slow).isEmpty();
    }

    @Test
    void findsThoseThatDo() {
        for (String bad :
                List.of(
                        "(?i)https?://[^\\s/?#\\p{Cntrl}]+[^\\s\\p{Cntrl}]*",
                        "<[^>]*>",
                        "\\s*\\R\\s*",
                        "(a+)+b",
                        "/+$")) {
            assertThat(offending(Pattern.compile(bad))).as(bad).isNotNull();
        }
    }

    private static Map<String, Pattern> patterns()
            throws IOException, ReflectiveOperationException {
        Map<String, Pattern> patterns = new LinkedHashMap<>();
        for (JavaClass each : ProductClasses.all()) {
            for (JavaField field : each.getFields()) {
                Field reflected = field.reflect();
                annotated(reflected, field.getFullName(), patterns);
                if (!field.getModifiers().contains(JavaModifier.STATIC)) {
                    continue;
                }
                boolean form = field.getName().matches(".*(FORM|SLUG)");
                if (field.getRawType().isEquivalentTo(Pattern.class) || form) {
                    reflected.setAccessible(true);
                    Object value = reflected.get(null);
                    patterns.put(
                            field.getFullName(),
                            value instanceof Pattern pattern
                                    ? pattern
                                    : Pattern.compile(String.valueOf(value)));
                }
            }
        }
        try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
            for (Path file : files.filter(it -> it.toString().endsWith(".java")).toList()) {
                Matcher inLine = IN_LINE.matcher(Files.readString(file));
                while (inLine.find()) {
                    String regex = inLine.group(2).translateEscapes();
                    // matches() looks from the first letter only.
                    patterns.put(
                            file.getFileName() + " " + regex,
                            Pattern.compile(
                                    inLine.group(1).equals("matches")
                                            ? "\\A(?:" + regex + ")\\z"
                                            : regex));
                }
            }
        }
        return patterns;
    }

    private static void annotated(
            AnnotatedElement element, String where, Map<String, Pattern> patterns) {
        jakarta.validation.constraints.Pattern rule =
                element.getAnnotation(jakarta.validation.constraints.Pattern.class);
        if (rule != null) {
            patterns.put(where, Pattern.compile(rule.regexp()));
        }
    }

    /** A near miss that takes more than twice the steps when it is twice as long, or null. */
    private static @Nullable String offending(Pattern pattern) {
        Set<String> pieces = pieces(pattern.pattern());
        Set<String> units = new LinkedHashSet<>(pieces);
        LETTERS.chars().forEach(letter -> units.add(Character.toString(letter)));
        Set<String> heads = new LinkedHashSet<>(pieces);
        heads.add("");
        for (String head : heads) {
            for (String unit : units) {
                for (String tail : List.of("", " ", "!\u0001", "x")) {
                    int few = steps(pattern, head + unit.repeat(SHORT) + tail);
                    int many = steps(pattern, head + unit.repeat(LONG) + tail);
                    if (many > 2.5 * few + 20 * (head.length() + unit.length() + 10)) {
                        return "'"
                                + head
                                + "' + '"
                                + unit
                                + "' * n + '"
                                + tail
                                + "': "
                                + few
                                + " steps, then "
                                + many;
                    }
                }
            }
        }
        return null;
    }

    /** What a pattern says literally, letter for letter or in a row. */
    private static Set<String> pieces(String regex) {
        Set<String> pieces = new LinkedHashSet<>();
        StringBuilder row = new StringBuilder();
        for (int i = 0; i <= regex.length(); i++) {
            char c = i < regex.length() ? regex.charAt(i) : '(';
            boolean escaped = c == '\\' && i + 1 < regex.length();
            if (escaped && !Character.isLetterOrDigit(regex.charAt(i + 1))) {
                row.append(regex.charAt(++i));
            } else if (!escaped
                    && (Character.isLetterOrDigit(c) || "_:/<>\"',;=@%&!# -".indexOf(c) >= 0)) {
                row.append(c);
            } else if (c != '?' && !row.isEmpty()) {
                pieces.add(row.toString());
                row.setLength(0);
            }
        }
        return pieces;
    }

    private static int steps(Pattern pattern, String text) {
        Counted found = new Counted(text);
        Counted matched = new Counted(text);
        try {
            Matcher matcher = pattern.matcher(found);
            boolean more = true;
            while (more) {
                more = matcher.find();
            }
            pattern.matcher(matched).matches();
        } catch (TooManySteps | StackOverflowError e) {
            return Integer.MAX_VALUE / 4 + found.steps + matched.steps;
        }
        return found.steps + matched.steps;
    }

    /** A text that counts how often one of its letters is looked at. */
    private static final class Counted implements CharSequence {

        private final String text;
        private int steps;

        Counted(String text) {
            this.text = text;
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public char charAt(int index) {
            if (++steps > 1_000_000) {
                throw new TooManySteps();
            }
            return text.charAt(index);
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.subSequence(start, end);
        }

        @Override
        public String toString() {
            return text;
        }
    }

    private static final class TooManySteps extends RuntimeException {
        private static final long serialVersionUID = 1;
    }
}
