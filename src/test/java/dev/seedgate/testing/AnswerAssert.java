package dev.seedgate.testing;

import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.testing.Gateway.Answer;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.assertj.core.api.AbstractAssert;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Assertions of an answer of the gateway; whatever fails shows all of it. */
public final class AnswerAssert extends AbstractAssert<AnswerAssert, Answer> {

    private static final List<String> ENVELOPE = List.of("code", "message", "error", "request_id");
    private static final List<String> PROBLEM_DETAILS =
            List.of("type", "title", "status", "detail", "error", "request_id");

    AnswerAssert(Answer answer) {
        super(answer, AnswerAssert.class);
    }

    public AnswerAssert hasStatus(int status) {
        return check(actual.status() == status, "the status", status);
    }

    /**
     * It is a whole refusal with this code: problem details from the admin API, else the envelope
     * of errors; their fields and nothing else, the status and the request's id repeated.
     */
    public AnswerAssert hasError(ErrorCode code) {
        check(actual.error().equals(code.name()), "the error", code);
        JsonNode body = actual.json();
        hasHeader("Content-Type", isProblem() ? "application/problem+json" : "application/json");
        List<String> fields = isProblem() ? PROBLEM_DETAILS : ENVELOPE;
        check(List.copyOf(body.propertyNames()).equals(fields), "the fields", fields);
        JsonNode status = body.path(isProblem() ? "status" : "code");
        check(
                JsonAssert.isNumber(status, actual.status()),
                "in its body the status",
                actual.status());
        @Nullable String request = actual.header("X-Request-Id");
        boolean named = request != null && request.equals(body.path("request_id").asString(""));
        return check(named, "in its body the request", String.valueOf(request));
    }

    /** The refusal's message, or its detail, has all of these. */
    public AnswerAssert says(String... parts) {
        String said = actual.json().path(isProblem() ? "detail" : "message").asString("");
        return check(Arrays.stream(parts).allMatch(said::contains), "the words", List.of(parts));
    }

    public AnswerAssert hasHeader(String name, @Nullable String value) {
        return check(Objects.equals(actual.header(name), value), "the header", name + ": " + value);
    }

    public AnswerAssert hasNoHeader(String name) {
        return check(actual.header(name) == null, "no header", name);
    }

    private boolean isProblem() {
        return actual.http().request().uri().getPath().startsWith("/admin/api");
    }

    private AnswerAssert check(boolean is, String what, Object expected) {
        if (!is) {
            failWithMessage(
                    "Expected %s %s, but the answer was:%n  %s%n  %s",
                    what, expected, actual, actual.http().headers().map());
        }
        return this;
    }
}
