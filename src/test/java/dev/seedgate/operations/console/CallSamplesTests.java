package dev.seedgate.operations.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.testing.Json;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class CallSamplesTests {

    private static final JsonMapper JSON = JsonMapper.shared();

    @Test
    void writesAPromptInEachLanguageSoThatItIsReadAsItWas() {
        String prompt = "It's \"5\" \\n 100%s\nkites";
        Map<String, String> samples =
                of(JSON.readTree(Json.of("prompt", prompt, "sound", true)), "film").stream()
                        .collect(
                                Collectors.toMap(
                                        CallSamples.Sample::language, CallSamples.Sample::text));
        assertThat(samples).containsOnlyKeys("curl", "Java", "Python", "TypeScript");
        assertThat(samples.get("curl")).contains("It'\\''s \\\"5\\\" \\\\n 100%s\\nkites");
        assertThat(samples.get("Java"))
                .contains("It's \\\\\\\"5\\\\\\\" \\\\\\\\n 100%s\\\\nkites");
        assertThat(samples.get("Python"))
                .contains("\"It's \\\"5\\\" \\\\n 100%s\\nkites\", \"sound\": True}");
        assertThat(samples.get("TypeScript"))
                .contains("It's \\\"5\\\" \\\\n 100%s\\nkites", "\"sound\":true}");
        assertThat(samples.values())
                .allSatisfy(it -> assertThat(it).contains("X-Project", "https://gate.example/api"));
    }

    @Test
    void namesNoProjectWhereThereIsNone() {
        assertThat(of(JSON.readTree("{\"prompt\":\"A kite\"}"), null))
                .extracting(CallSamples.Sample::text)
                .allSatisfy(it -> assertThat(it).doesNotContain("X-Project", "%s", "null"));
    }

    private static List<CallSamples.Sample> of(
            tools.jackson.databind.JsonNode order, String project) {
        return CallSamples.of("https://gate.example", order, project, JSON);
    }
}
