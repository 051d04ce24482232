package dev.seedgate.platform.values;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** The words and statuses that clients read: a constant that is renamed breaks them. */
class ErrorCodeTests {

    @Test
    void areTheOnesThatClientsKnow() {
        assertThat(Arrays.stream(ErrorCode.values()).map(it -> it.status() + " " + it.name()))
                .containsExactlyInAnyOrder(
                        "400 INVALID_REQUEST",
                        "400 INVALID_PROMPT",
                        "400 INVALID_ASPECT_RATIO",
                        "400 INVALID_DURATION",
                        "400 INVALID_SOUND",
                        "400 INVALID_IMAGE_URLS",
                        "400 INVALID_TASK_ID",
                        "400 INVALID_IDEMPOTENCY_KEY",
                        "400 INVALID_PROJECT",
                        "401 INVALID_API_KEY",
                        "402 TEAM_QUOTA_EXHAUSTED",
                        "403 FORBIDDEN",
                        "404 TASK_NOT_FOUND",
                        "404 TEAM_NOT_FOUND",
                        "404 KEY_NOT_FOUND",
                        "404 NOT_FOUND",
                        "405 METHOD_NOT_ALLOWED",
                        "406 NOT_ACCEPTABLE",
                        "409 IDEMPOTENCY_KEY_IN_PROGRESS",
                        "409 TASK_NOT_CANCELLABLE",
                        "409 TASK_NOT_RESOLVABLE",
                        "409 UPSTREAM_ID_TAKEN",
                        "409 UPSTREAM_TASK_DIFFERS",
                        "409 TEAM_EXISTS",
                        "409 WEBHOOK_EXISTS",
                        "409 TOO_MANY_WEBHOOKS",
                        "409 MONTH_NOT_OVER",
                        "409 MONTH_CLOSED",
                        "409 MONTH_NOT_CLOSED",
                        "409 BOOKS_DO_NOT_ADD_UP",
                        "409 BOOKS_NOT_AUDITED",
                        "412 VERSION_CONFLICT",
                        "413 PAYLOAD_TOO_LARGE",
                        "415 UNSUPPORTED_MEDIA_TYPE",
                        "416 RANGE_NOT_SATISFIABLE",
                        "422 IDEMPOTENCY_KEY_REUSED",
                        "422 UPSTREAM_TASK_UNKNOWN",
                        "422 CALLBACK_NOT_ALLOWED",
                        "429 TEAM_RATE_LIMITED",
                        "429 TEAM_TASKS_IN_FLIGHT",
                        "429 RATE_LIMITED",
                        "500 INTERNAL_ERROR",
                        "503 UPSTREAM_UNAVAILABLE",
                        "503 OVERLOADED",
                        "503 DRAINING",
                        "503 OUTCOME_UNKNOWN",
                        "503 WEBHOOKS_UNAVAILABLE");
    }
}
