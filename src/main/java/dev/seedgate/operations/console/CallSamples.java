package dev.seedgate.operations.console;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The call that makes an order, in the languages that teams write, to paste and run. */
final class CallSamples {

    private CallSamples() {}

    /**
     * One of each language.
     *
     * @param base the address by which the viewer came
     * @param order the body of the create
     */
    static List<Sample> of(String base, JsonNode order, @Nullable String project, JsonMapper json) {
        String body = json.writeValueAsString(order);
        // What JSON writes as a text, each of these languages reads as the same text.
        String quoted = json.writeValueAsString(body);
        return List.of(
                new Sample(
                        "curl",
                        """
                        curl -X POST %s/api/generate \\
                          -H "Authorization: Bearer $SEEDGATE_KEY" \\
                          -H "Idempotency-Key: $(uuidgen)" \\
                          -H 'Content-Type: application/json' \\%s
                          -d '%s'\
                        """
                                .formatted(
                                        base,
                                        header(project, "\n  -H 'X-Project: %s' \\"),
                                        body.replace("'", "'\\''"))),
                new Sample(
                        "Java",
                        """
                        import java.net.URI;
                        import java.net.http.HttpClient;
                        import java.net.http.HttpRequest;
                        import java.net.http.HttpRequest.BodyPublishers;
                        import java.net.http.HttpResponse.BodyHandlers;
                        import java.util.UUID;

                        void main() throws Exception {
                            var order = HttpRequest.newBuilder(URI.create("%s/api/generate"))
                                    .header("Authorization", "Bearer " + System.getenv("SEEDGATE_KEY"))
                                    .header("Idempotency-Key", UUID.randomUUID().toString())
                                    .header("Content-Type", "application/json")%s
                                    .POST(BodyPublishers.ofString(%s))
                                    .build();
                            IO.println(HttpClient.newHttpClient().send(order, BodyHandlers.ofString()).body());
                        }\
                        """
                                .formatted(
                                        base,
                                        header(
                                                project,
                                                "\n            .header(\"X-Project\", \"%s\")"),
                                        quoted)),
                new Sample(
                        "Python",
                        """
                        import json, os, urllib.request, uuid

                        order = {%s}
                        request = urllib.request.Request(
                            "%s/api/generate",
                            data=json.dumps(order).encode(),
                            headers={"Authorization": "Bearer " + os.environ["SEEDGATE_KEY"],
                                     "Idempotency-Key": str(uuid.uuid4()),
                                     "Content-Type": "application/json"%s})
                        with urllib.request.urlopen(request) as answer:
                            print(json.load(answer)["data"]["task_id"])\
                        """
                                .formatted(
                                        order.properties().stream()
                                                .map(it -> python(it, json))
                                                .collect(Collectors.joining(", ")),
                                        base,
                                        header(project, ",\n             \"X-Project\": \"%s\""))),
                new Sample(
                        "TypeScript",
                        """
                        const order = %s;
                        const answer = await fetch("%s/api/generate", {
                          method: "POST",
                          headers: {
                            Authorization: `Bearer ${process.env.SEEDGATE_KEY}`,
                            "Idempotency-Key": crypto.randomUUID(),
                            "Content-Type": "application/json",%s
                          },
                          body: JSON.stringify(order),
                        });
                        console.log((await answer.json()).data.task_id);\
                        """
                                .formatted(
                                        body,
                                        base,
                                        header(project, "\n    \"X-Project\": \"%s\","))));
    }

    private static String header(@Nullable String project, String form) {
        return project == null ? "" : form.formatted(project);
    }

    private static String python(Map.Entry<String, JsonNode> field, JsonMapper json) {
        JsonNode value = field.getValue();
        String text =
                value.isBoolean()
                        ? (value.booleanValue() ? "True" : "False")
                        : json.writeValueAsString(value);
        return "\"" + field.getKey() + "\": " + text;
    }

    /** The call in one language. */
    record Sample(String language, String text) {}
}
