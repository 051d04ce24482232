package dev.seedgate.vendor.client;

import dev.seedgate.platform.telemetry.TaskScope;
import dev.seedgate.platform.telemetry.TaskTracing;
import dev.seedgate.vendor.contract.ClipRequest;
import dev.seedgate.vendor.contract.Endpoint;
import dev.seedgate.vendor.contract.Envelope;
import dev.seedgate.vendor.contract.Evidence;
import dev.seedgate.vendor.contract.PauseReason;
import dev.seedgate.vendor.contract.PollAnswer;
import dev.seedgate.vendor.contract.PollClassifier;
import dev.seedgate.vendor.contract.RetryAfter;
import dev.seedgate.vendor.contract.SubmitAnswer;
import dev.seedgate.vendor.contract.SubmitClassifier;
import dev.seedgate.vendor.contract.TaskLookup;
import dev.seedgate.vendor.contract.TransportResult;
import dev.seedgate.vendor.contract.UpstreamSettings;
import dev.seedgate.vendor.throttle.InstanceGuards;
import dev.seedgate.vendor.throttle.Permit;
import dev.seedgate.vendor.throttle.VendorPauses;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Vendor client with the guards in front of each HTTP call, the classifiers behind it, and pauses
 * as the answers demand.
 */
final class GuardedVendor implements Vendor {

    private static final String SUBMIT = "POST /api/generate";
    private static final String POLL = "GET /api/status";
    private static final Duration[] DURATION_BUCKETS =
            Stream.of(50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000)
                    .map(Duration::ofMillis)
                    .toArray(Duration[]::new);

    private final UpstreamSettings settings;
    private final Endpoint endpoint;
    private final VendorHttpClient client;
    private final InstanceGuards guards;
    private final VendorPauses pauses;
    private final SubmitClassifier submits;
    private final PollClassifier polls;
    private final FailedCalls failures;
    private final MeterRegistry meters;
    private final TaskTracing tracing;
    private final Clock clock;

    GuardedVendor(
            UpstreamSettings settings,
            Endpoint endpoint,
            VendorHttpClient client,
            InstanceGuards guards,
            VendorPauses pauses,
            SubmitClassifier submits,
            PollClassifier polls,
            FailedCalls failures,
            MeterRegistry meters,
            TaskTracing tracing,
            Clock clock) {
        this.settings = settings;
        this.endpoint = endpoint;
        this.client = client;
        this.guards = guards;
        this.pauses = pauses;
        this.submits = submits;
        this.polls = polls;
        this.failures = failures;
        this.meters = meters;
        this.tracing = tracing;
        this.clock = clock;
    }

    @Override
    public String name() {
        return endpoint.name();
    }

    @Override
    public int maxConcurrent() {
        return settings.upstreamMaxConcurrent();
    }

    @Override
    public Duration longestSubmit() {
        return maxDelayToWrite().plus(settings.upstreamSubmitTimeout());
    }

    @Override
    public Duration longestPoll() {
        return maxDelayToWrite().plus(settings.upstreamStatusTimeout());
    }

    private Duration maxDelayToWrite() {
        return settings.upstreamPermitLifetime().plus(settings.upstreamConnectTimeout());
    }

    @Override
    public SubmitAnswer submit(ClipRequest request, Permit permit) {
        try (TaskScope call = tracing.call(SUBMIT)) {
            long from = System.nanoTime();
            SubmitAnswer answer = submit(request, permit, call);
            recordCall("submit", result(answer), from, call);
            return answer;
        }
    }

    private SubmitAnswer submit(ClipRequest request, Permit permit, TaskScope call) {
        Evidence evidence = evidence(SUBMIT, request.prompt());
        TransportResult transport =
                unlessPaused(
                        pauses.blocksSubmit(permit.probe()),
                        () -> guards.submit(permit, () -> client.submit(request, permit)));
        tagStatus(transport, call);
        SubmitAnswer answer = submits.classify(transport, evidence);
        if (!(answer instanceof SubmitAnswer.Accepted)) {
            note("submit", result(answer), transport, evidence, answer.evidence());
        }
        if (transport instanceof TransportResult.Response response) {
            Envelope envelope = Envelope.of(response);
            boolean accepted = answer instanceof SubmitAnswer.Accepted;
            @Nullable PauseReason pause =
                    accepted ? null : PauseReason.ofSubmit(envelope).orElse(null);
            applyToPauses(pause, response, envelope, permit, answer.evidence(), evidence);
            if (accepted && permit.probe()) {
                pauses.lift(PauseReason.ACCOUNT_CREDIT);
            }
        }
        return answer;
    }

    @Override
    public TaskLookup lookUp(String upstreamTaskId, Permit permit) {
        Evidence evidence = evidence(POLL, "");
        try (TaskScope call = tracing.call(POLL)) {
            long from = System.nanoTime();
            TransportResult transport = callStatus(upstreamTaskId, permit, call);
            TaskLookup lookup = polls.classifyLookUp(upstreamTaskId, transport, evidence);
            if (lookup instanceof TaskLookup.Unanswered) {
                note("sight", result(lookup), transport, evidence, lookup.evidence());
            }
            applyToPauses(transport, permit, lookup.evidence(), evidence);
            recordCall("sight", result(lookup), from, call);
            return lookup;
        }
    }

    @Override
    public PollAnswer poll(String upstreamTaskId, Permit permit) {
        Evidence evidence = evidence(POLL, "");
        try (TaskScope call = tracing.call(POLL)) {
            long from = System.nanoTime();
            TransportResult transport = callStatus(upstreamTaskId, permit, call);
            PollAnswer answer = polls.classify(upstreamTaskId, transport, evidence);
            if (answer instanceof PollAnswer.Unanswered
                    || answer instanceof PollAnswer.UnknownTask) {
                note("poll", result(answer), transport, evidence, answer.evidence());
            }
            applyToPauses(transport, permit, answer.evidence(), evidence);
            recordCall("poll", result(answer), from, call);
            return answer;
        }
    }

    private TransportResult callStatus(String upstreamTaskId, Permit permit, TaskScope call) {
        TransportResult transport =
                unlessPaused(
                        pauses.blocksPoll(permit.probe()),
                        () -> guards.poll(permit, () -> client.poll(upstreamTaskId, permit)));
        tagStatus(transport, call);
        return transport;
    }

    private static void tagStatus(TransportResult transport, TaskScope call) {
        if (transport instanceof TransportResult.Response response) {
            call.tag("http.response.status_code", String.valueOf(response.status()));
        }
    }

    private void applyToPauses(
            TransportResult transport, Permit permit, String detail, Evidence evidence) {
        if (transport instanceof TransportResult.Response response) {
            Envelope envelope = Envelope.of(response);
            @Nullable PauseReason pause = PauseReason.ofPoll(envelope).orElse(null);
            applyToPauses(pause, response, envelope, permit, detail, evidence);
        }
    }

    private Evidence evidence(String call, String prompt) {
        return new Evidence(call, clock.instant(), endpoint.key(), prompt);
    }

    /** A pause may have come since the permit was given. */
    private static TransportResult unlessPaused(boolean paused, Supplier<TransportResult> call) {
        return paused
                ? TransportResult.NotSent.byOwnGuard("the vendor was paused in the meantime")
                : call.get();
    }

    /** Starts or ends pauses as an answer demands, whatever it means for its own task. */
    private void applyToPauses(
            @Nullable PauseReason pause,
            TransportResult.Response response,
            Envelope envelope,
            Permit permit,
            String detail,
            Evidence evidence) {
        if (pause == PauseReason.THROTTLED) {
            pauses.throttle(
                    RetryAfter.of(response.headers(), evidence.sentAt()).orElse(null), detail);
        } else if (pause != null) {
            pauses.stopAccount(pause, detail);
        } else {
            pauses.endThrottling();
        }
        // Whatever the vendor's own application says but "who are you" proves that the key works.
        boolean keyWorks = pause != PauseReason.ACCOUNT_KEY && envelope.hasCode();
        if (permit.probe() && keyWorks) {
            pauses.lift(PauseReason.ACCOUNT_KEY);
        }
    }

    /** What our own guards kept back is no call. */
    private void note(
            String operation,
            String result,
            TransportResult transport,
            Evidence evidence,
            String summary) {
        if (!(transport instanceof TransportResult.NotSent it && it.ownGuard())) {
            failures.add(new FailedCalls.FailedCall(evidence.sentAt(), operation, result, summary));
        }
    }

    private void recordCall(String operation, String result, long fromNanos, TaskScope call) {
        meters.counter("seedgate.vendor.calls", "operation", operation, "result", result)
                .increment();
        Timer.builder("seedgate.vendor.call.time")
                .tag("operation", operation)
                // Up to the submit's time-out, 60 s; a healthy answer takes a second or so.
                .serviceLevelObjectives(DURATION_BUCKETS)
                .register(meters)
                .record(System.nanoTime() - fromNanos, TimeUnit.NANOSECONDS);
        call.tag("seedgate.result", result);
    }

    private static String result(TaskLookup lookup) {
        return switch (lookup) {
            case TaskLookup.Known _ -> "known";
            case TaskLookup.Unknown _ -> "unknown";
            case TaskLookup.Unanswered _ -> "silent";
        };
    }

    private static String result(SubmitAnswer answer) {
        return switch (answer) {
            case SubmitAnswer.Accepted _ -> "accepted";
            case SubmitAnswer.AccountStopped _ -> "account_stopped";
            case SubmitAnswer.Throttled _ -> "throttled";
            case SubmitAnswer.Retryable _ -> "retryable";
            case SubmitAnswer.Refused _ -> "refused";
            case SubmitAnswer.NotSent _ -> "not_sent";
            case SubmitAnswer.Uncertain _ -> "uncertain";
        };
    }

    private static String result(PollAnswer answer) {
        return switch (answer) {
            case PollAnswer.Running _ -> "running";
            case PollAnswer.Succeeded _ -> "succeeded";
            case PollAnswer.Failed _ -> "failed";
            case PollAnswer.UnknownTask _ -> "denied";
            case PollAnswer.Unanswered _ -> "unanswered";
        };
    }
}
