package dev.seedgate.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * What mvnw does with the archive at hand, out of reach, or not to be trusted; nothing is
 * downloaded.
 */
@EnabledOnOs(OS.LINUX)
class MavenWrapperTests {

    private static final List<String> TOOLS =
            List.of(
                    "basename",
                    "chmod",
                    "cp",
                    "dirname",
                    "mkdir",
                    "mktemp",
                    "mv",
                    "readlink",
                    "rm",
                    "sed",
                    "sha256sum",
                    "tr",
                    "uname");

    private static final Path JDK = Path.of(System.getProperty("java.home"));
    private static final String PRINTS_ITS_CALL =
            "printf '%s\\n' \"Apache Maven VERSION\" \"$JAVA_HOME\" \"$@\"";

    @TempDir private Path folder;

    private Path project;
    private Path bin;
    private Path userHome;
    private Path archive;

    /** What a call of mvnw ended with and wrote. */
    private record Run(int exitCode, List<String> output, String errors) {}

    @BeforeEach
    void layOut() throws Exception {
        project = Files.createDirectories(folder.resolve("a project"));
        bin = Files.createDirectories(folder.resolve("the path"));
        userHome = folder.resolve("user home");
        archive = folder.resolve("archive.zip");
        for (String file : List.of("mvnw", ".mvn/wrapper/mvnw-local.sh")) {
            Files.createDirectories(project.resolve(file).getParent());
            Files.copy(Path.of(file), project.resolve(file));
        }
        for (String tool : TOOLS) {
            script(tool, "PATH=/usr/bin:/bin exec " + tool + " \"$@\"");
        }
        Files.createSymbolicLink(bin.resolve("java"), JDK.resolve("bin", "java"));
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(archive))) {
            zip.putNextEntry(new ZipEntry("apache-maven-3.9.11/bin/mvn"));
            zip.write(
                    ("#!/bin/sh\n" + PRINTS_ITS_CALL.replace("VERSION", "named")).getBytes(UTF_8));
        }
        byte[] sum = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(archive));
        name(HexFormat.of().formatHex(sum));
    }

    @Test
    void installsTheMavenThatItNamesOnce() throws Exception {
        bringsTheArchive();
        mvnOnPath("3.9.0");
        List<String> call =
                List.of(
                        "Apache Maven named",
                        JDK.toString(),
                        "-f",
                        project.toString(),
                        "a b",
                        "-q");
        assertThat(mvnw("a b", "-q")).isEqualTo(new Run(0, call, ""));
        isOutOfReach();
        assertThat(mvnw("a b", "-q")).isEqualTo(new Run(0, call, ""));
    }

    @Test
    void runsNothingThatHasAnotherChecksum() throws Exception {
        bringsTheArchive();
        mvnOnPath("3.9.0");
        name("0".repeat(64));
        Run run = mvnw("verify");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.output()).isEmpty();
        assertThat(run.errors()).contains("Failed to validate Maven distribution SHA-256");
    }

    @Test
    void saysThatItUsesTheMvnOnThePathWhereTheArchiveIsOutOfReach() throws Exception {
        isOutOfReach();
        mvnOnPath("3.9.0");
        Run run = mvnw("a b", "-o");
        assertThat(run.output())
                .containsExactly(
                        "Apache Maven 3.9.0",
                        JDK.toString(),
                        "-f",
                        project.toString(),
                        "a b",
                        "-o");
        assertThat(run.errors())
                .startsWith("mvnw: can't download https://archive.invalid/")
                .endsWith("so the mvn on the PATH is used (3.9)\n");
    }

    @Test
    void usesTheMvnOnThePathWhereItCanNotWrite() throws Exception {
        bringsTheArchive();
        mvnOnPath("3.9.0");
        Files.createFile(userHome);
        Run run = mvnw("verify");
        assertThat(run.output()).contains("Apache Maven 3.9.0", "verify");
        assertThat(run.errors()).startsWith("mvnw: can't write " + userHome);
    }

    @Test
    void endsWhereTheMvnOnThePathIsTooOld() throws Exception {
        isOutOfReach();
        mvnOnPath("3.6.3");
        Run run = mvnw("verify");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.output()).isEmpty();
        assertThat(run.errors()).contains("there is no mvn 3.8 or newer on the PATH");
    }

    private void name(String checksum) throws IOException {
        Files.writeString(
                project.resolve(".mvn/wrapper/maven-wrapper.properties"),
                "distributionUrl=https://archive.invalid/apache-maven-3.9.11-bin.zip\n"
                        + "distributionSha256Sum="
                        + checksum
                        + "\n");
    }

    private void bringsTheArchive() throws IOException {
        script(
                "curl",
                "while [ \"$1\" != -o ]; do shift; done\n"
                        + "[ \"$2\" = /dev/null ] || cp '"
                        + archive
                        + "' \"$2\"");
    }

    private void isOutOfReach() throws IOException {
        script("curl", "exit 6");
    }

    private void mvnOnPath(String version) throws IOException {
        script("mvn", PRINTS_ITS_CALL.replace("VERSION", version));
    }

    private void script(String name, String lines) throws IOException {
        Path script = Files.writeString(bin.resolve(name), "#!/bin/sh\n" + lines + "\n");
        assertThat(script.toFile().setExecutable(true)).isTrue();
    }

    /** Runs mvnw from another folder, with an older JDK as JAVA_HOME. */
    private Run mvnw(String... arguments) throws Exception {
        Path old = Files.createDirectories(folder.resolve("old jdk"));
        Files.writeString(old.resolve("release"), "JAVA_VERSION=\"17.0.1\"\n");
        ProcessBuilder builder = new ProcessBuilder(project.resolve("mvnw").toString());
        builder.command().addAll(List.of(arguments));
        builder.environment().clear();
        builder.environment()
                .putAll(
                        Map.of(
                                "PATH", bin.toString(),
                                "HOME", folder.toString(),
                                "MAVEN_USER_HOME", userHome.toString(),
                                "JAVA_HOME", old.toString()));
        Path output = folder.resolve("output");
        Path errors = folder.resolve("errors");
        Process process =
                builder.directory(folder.toFile())
                        .redirectOutput(output.toFile())
                        .redirectError(errors.toFile())
                        .start();
        assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
        return new Run(process.exitValue(), Files.readAllLines(output), Files.readString(errors));
    }
}
