package dev.seedgate.platform.values;

/**
 * Error code, as clients read it in the field {@code error}, with the HTTP status that goes with
 * it. The names are fixed by the gateway's contract.
 */
public enum ErrorCode {
    INVALID_REQUEST(400),
    INVALID_PROMPT(400),
    INVALID_ASPECT_RATIO(400),
    INVALID_DURATION(400),
    INVALID_SOUND(400),
    INVALID_IMAGE_URLS(400),
    INVALID_TASK_ID(400),
    INVALID_IDEMPOTENCY_KEY(400),
    INVALID_PROJECT(400),
    INVALID_API_KEY(401),
    TEAM_QUOTA_EXHAUSTED(402),
    FORBIDDEN(403),
    TASK_NOT_FOUND(404),
    TEAM_NOT_FOUND(404),
    KEY_NOT_FOUND(404),
    NOT_FOUND(404),
    METHOD_NOT_ALLOWED(405),
    NOT_ACCEPTABLE(406),
    IDEMPOTENCY_KEY_IN_PROGRESS(409),
    TASK_NOT_CANCELLABLE(409),
    TASK_NOT_RESOLVABLE(409),
    UPSTREAM_ID_TAKEN(409),
    UPSTREAM_TASK_DIFFERS(409),
    TEAM_EXISTS(409),
    WEBHOOK_EXISTS(409),
    TOO_MANY_WEBHOOKS(409),
    MONTH_NOT_OVER(409),
    MONTH_CLOSED(409),
    MONTH_NOT_CLOSED(409),
    BOOKS_DO_NOT_ADD_UP(409),
    BOOKS_NOT_AUDITED(409),
    VERSION_CONFLICT(412),
    PAYLOAD_TOO_LARGE(413),
    UNSUPPORTED_MEDIA_TYPE(415),
    RANGE_NOT_SATISFIABLE(416),
    IDEMPOTENCY_KEY_REUSED(422),
    UPSTREAM_TASK_UNKNOWN(422),
    CALLBACK_NOT_ALLOWED(422),
    TEAM_RATE_LIMITED(429),
    TEAM_TASKS_IN_FLIGHT(429),
    RATE_LIMITED(429),
    INTERNAL_ERROR(500),
    UPSTREAM_UNAVAILABLE(503),
    OVERLOADED(503),
    DRAINING(503),
    OUTCOME_UNKNOWN(503),
    WEBHOOKS_UNAVAILABLE(503);

    private final int status;

    ErrorCode(int status) {
        this.status = status;
    }

    /** The HTTP status, which is also the {@code code} of the envelope. */
    public int status() {
        return status;
    }
}
