package dev.seedgate.task.lifecycle;

import dev.seedgate.platform.values.TaskId;
import dev.seedgate.vendor.contract.ClipRequest;
import dev.seedgate.vendor.contract.PromptRedactor;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.hibernate.annotations.DynamicUpdate;
import org.jspecify.annotations.Nullable;

/**
 * A task from its accepted request to its end. The verbs are the transitions there are, but for the
 * begin of an attempt ({@link SubmitAttempts}), which is one statement for many; any other throws.
 * Every caller of a verb holds the row's lock.
 */
@Entity
@DynamicUpdate
@SuppressWarnings("UnusedVariable") // some fields are read by queries only
class Task {

    @Id private String id;
    private long teamId;
    private long keyId;
    private String keyName;
    private @Nullable String project;
    private @Nullable String costCenter;
    private String requestId;
    private @Nullable String traceParent;
    private @Nullable String prompt;
    private String aspectRatio;
    private short durationSeconds;
    private boolean sound;
    private String[] imageUrls;
    private String preset;
    private long credits;
    private int priceVersion;

    @Enumerated(EnumType.STRING)
    private Phase phase;

    private int attempt;
    private String upstream;
    private @Nullable String upstreamTaskId;
    private @Nullable Long upstreamCredits;
    private String @Nullable [] response;
    private @Nullable String errorMessage;
    private Instant createdAt;
    private @Nullable Instant acceptedAt;
    private @Nullable Instant finishedAt;

    @Column(name = "given_up")
    private boolean refundedUnresolved;

    @SuppressWarnings("NullAway.Init") // for Hibernate, which fills the fields
    protected Task() {}

    /** The vendor took it; a late id counts too, the evidence is the same. */
    void accepted(String upstreamTaskId, Instant now) {
        move(phase == Phase.SUBMITTING || phase == Phase.UNCERTAIN, Phase.RENDERING);
        this.upstreamTaskId = upstreamTaskId;
        acceptedAt = now;
    }

    /** An operator found it at the vendor. */
    void attached(String upstreamTaskId, Instant now) {
        move(phase == Phase.UNCERTAIN || phase == Phase.EXPIRED, Phase.RENDERING);
        this.upstreamTaskId = upstreamTaskId;
        acceptedAt = now;
    }

    /** It was provably not taken and waits again. */
    void requeued() {
        move(phase == Phase.SUBMITTING, Phase.QUEUED);
    }

    /** Perhaps it was taken. */
    void uncertain() {
        move(phase == Phase.SUBMITTING, Phase.UNCERTAIN);
    }

    /** It renders for too long. */
    void expired() {
        move(phase == Phase.RENDERING, Phase.EXPIRED);
    }

    void succeeded(List<String> urls, @Nullable Long upstreamCredits, Instant now) {
        move(phase == Phase.RENDERING || phase == Phase.EXPIRED, Phase.SUCCEEDED);
        response = urls.toArray(String[]::new);
        this.upstreamCredits = upstreamCredits;
        finishedAt = now;
    }

    void failed(String message, @Nullable Long upstreamCredits, Instant now) {
        move(!phase.terminal(), Phase.FAILED);
        errorMessage = message;
        this.upstreamCredits = upstreamCredits;
        finishedAt = now;
    }

    /** It ends without an outcome, refunded: the vendor may have been paid for nothing. */
    void refundedUnresolved(String message, Instant now) {
        failed(message, null, now);
        refundedUnresolved = true;
    }

    /** The vendor had taken it after all; that it may bill it shows, and moves no money. */
    void foundTooLate(String upstreamTaskId) {
        if (!phase.terminal() || this.upstreamTaskId != null) {
            throw new IllegalStateException("task " + id + " is " + phase);
        }
        this.upstreamTaskId = upstreamTaskId;
    }

    private void move(boolean allowed, Phase next) {
        if (!allowed) {
            throw new IllegalStateException("task " + id + " is " + phase + ", not to be " + next);
        }
        phase = next;
    }

    TaskId id() {
        return new TaskId(id);
    }

    boolean isTask(String id) {
        return this.id.equals(id);
    }

    /** The trace that it was created in, as W3C's {@code traceparent}; null when not traced. */
    @Nullable String traceParent() {
        return traceParent;
    }

    Duration waited() {
        return between(createdAt, acceptedAt);
    }

    Duration rendered() {
        return between(acceptedAt, finishedAt);
    }

    /** For figures only; what has not been reached took no time. */
    private static Duration between(@Nullable Instant from, @Nullable Instant to) {
        return from == null || to == null ? Duration.ZERO : Duration.between(from, to);
    }

    long teamId() {
        return teamId;
    }

    Phase phase() {
        return phase;
    }

    int attempt() {
        return attempt;
    }

    @Nullable String upstreamTaskId() {
        return upstreamTaskId;
    }

    String upstream() {
        return upstream;
    }

    @Nullable String project() {
        return project;
    }

    /**
     * The clip that was ordered, as it is sent. A task that still has to be sent has its prompt.
     */
    ClipRequest clip() {
        return new ClipRequest(
                Objects.requireNonNull(prompt),
                aspectRatio,
                durationSeconds,
                sound,
                List.of(imageUrls));
    }

    /** The text without the task's prompt and image URLs: it is kept longer than they are. */
    String redact(String text) {
        return prompt == null ? text : PromptRedactor.redact(text, clip());
    }
}
