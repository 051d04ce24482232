package dev.seedgate.operations.openapi;

import static dev.seedgate.testing.GatewayAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.testing.Gateway;
import dev.seedgate.testing.Gateway.Answer;
import dev.seedgate.testing.Gateway.Team;
import dev.seedgate.testing.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The samples on the page for developers do what they say, as they stand there. */
class AppDevelopersPageTests {

    private static final String ORDER =
            Json.of("prompt", "a", "aspect_ratio", "1:1", "duration", "5");

    private static final Path PAGE = Path.of("docs", "for-app-developers.md");

    private static final Gateway gateway = Gateway.sandbox();

    @TempDir private Path folder;

    @ParameterizedTest
    @CsvSource({
        "bash, clip.sh, bash",
        "java, Clip.java, java",
        "python, clip.py, python3",
        "typescript, clip.mts, node"
    })
    void makesAClip(String language, String file, String program) throws Exception {
        Matcher block =
                Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL)
                        .matcher(Files.readString(PAGE));
        assertThat(block.find()).as(language).isTrue();
        Path source = Files.writeString(folder.resolve(file), block.group(1));
        String command =
                program.equals("java")
                        ? Path.of(System.getProperty("java.home"), "bin", "java").toString()
                        : program;
        assumeTrue(runs(language, command), () -> program + " can't run " + language + " here");
        Team team = gateway.team();
        ProcessBuilder builder = new ProcessBuilder(command, source.toString());
        builder.environment().put("SEEDGATE_URL", "http://localhost:" + gateway.port());
        builder.environment().put("SEEDGATE_KEY", team.key());
        Process sample = builder.redirectError(folder.resolve("errors").toFile()).start();
        String out = new String(sample.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(sample.waitFor()).as(Files.readString(folder.resolve("errors"))).isZero();
        assertThat(out.strip()).matches("http://localhost:[0-9]+/sandbox/media/clip_[^ ]+\\.mp4");
        assertThat(team).hasUsed(65);
    }

    /** Java and a shell are everywhere; the others only where somebody installed them. */
    private static boolean runs(String language, String program) throws Exception {
        if (language.equals("bash") || language.equals("java")) {
            return true;
        }
        List<String> probe =
                language.equals("python")
                        ? List.of(program, "-c", "assert (x := 1)")
                        : List.of(
                                program,
                                "--input-type=module-typescript",
                                "-e",
                                "let x: number = 1");
        try {
            return new ProcessBuilder(probe)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void namesOnlyErrorsThatThereAre() throws IOException {
        List<String> known = Stream.of(ErrorCode.values()).map(Enum::name).toList();
        Matcher named = Pattern.compile("`([A-Z]+(?:_[A-Z]+)+)`").matcher(Files.readString(PAGE));
        int count = 0;
        while (named.find()) {
            if (!named.group(1).startsWith("SEEDGATE")) {
                assertThat(known).contains(named.group(1));
                count++;
            }
        }
        assertThat(count).isGreaterThanOrEqualTo(10);
    }

    /** But for the figures in them, which are an example's. */
    @Test
    void quotesTheMessagesThatThereAre() throws IOException {
        String page = plain(Files.readString(PAGE));
        Team team = gateway.team("monthly_quota", 100);
        Team slow = gateway.team("generate_per_minute", 1);
        Team busy = gateway.team("max_in_flight", 1);
        Team suspended = gateway.team();
        gateway.admin("POST", "/teams/" + suspended.slug() + "/suspend", "{}");
        slow.create("the first");
        busy.create("a boat [sandbox:stuck]");
        team.post(ORDER, "Idempotency-Key", "once");
        for (Answer refused :
                List.of(
                        team.post("{}"),
                        gateway.call("GET", "/api/credits", "sg_nobody", null),
                        team.generate("beyond the quota"),
                        suspended.generate("suspended"),
                        team.get("/api/tasks/sd15p_aaaaaaaaaaaaaaaaaaaa"),
                        team.post(
                                Json.of("prompt", "b", "aspect_ratio", "1:1", "duration", "5"),
                                "Idempotency-Key",
                                "once"),
                        slow.generate("the second"),
                        busy.generate("the second"))) {
            assertThat(refused.status()).isGreaterThanOrEqualTo(400);
            assertThat(page).contains(plain(refused.json().get("message").stringValue()));
        }
    }

    private static String plain(String text) {
        return text.replaceAll("[0-9][0-9T:Z-]*+", "0");
    }
}
