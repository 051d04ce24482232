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

/** The vendor: guards around the wire, the tables of meanings behind it, pauses as they say. */
final class GuardedVendor implements Vendor {

    private static final String SUBMIT = "POST /api/generate";
    private static final String POLL = "GET /api/status";
    private static final Duration[] BOUNDS =
            Stream.of(50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000)
                    .map(Duration::ofMillis)
                    .toArray(Duration[]::new);

    private final UpstreamSettings settings;
    private final Endpoint endpoint;
    private final VendorHttpClient wire;
    private final InstanceGuards guards;
    private final VendorPauses pauses;
    private final SubmitClassifier submits;
    private final PollClassifier polls;
    private final MeterRegistry meters;
    private final TaskTracing steps;
    private final Clock clock;

    GuardedVendor(
            UpstreamSettings settings,
            Endpoint endpoint,
            VendorHttpClient wire,
            InstanceGuards guards,
            VendorPauses pauses,
            SubmitClassifier submits,
            PollClassifier polls,
            MeterRegistry meters,
            TaskTracing steps,
            Clock clock) {
        this.settings = settings;
        this.endpoint = endpoint;
        this.wire = wire;
        this.guards = guards;
        this.pauses = pauses;
        this.submits = submits;
        this.polls = polls;
        this.meters = meters;
        this.steps = steps;
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
        return toBegin().plus(settings.upstreamSubmitTimeout());
    }

    @Override
    public Duration longestPoll() {
        return toBegin().plus(settings.upstreamStatusTimeout());
    }

    private Duration toBegin() {
        return settings.upstreamPermitLifetime().plus(settings.upstreamConnectTimeout());
    }

    @Override
    public SubmitAnswer submit(ClipRequest request, Permit permit) {
        try (TaskScope call = steps.call(SUBMIT)) {
            long from = System.nanoTime();
            SubmitAnswer answer = submit(request, permit, call);
            count("submit", result(answer), from, call);
            return answer;
        }
    }

    private SubmitAnswer submit(ClipRequest request, Permit permit, TaskScope call) {
        Evidence evidence = evidence(SUBMIT, request.prompt());
        TransportResult reply =
                unlessStopped(
                        pauses.stopsSubmit(permit.probe()),
                        () -> guards.submit(permit, () -> wire.submit(request, permit)));
        tell(reply, call);
        SubmitAnswer answer = submits.classify(reply, evidence);
        if (reply instanceof TransportResult.Response answered) {
            Envelope envelope = Envelope.of(answered);
            boolean accepted = answer instanceof SubmitAnswer.Accepted;
            @Nullable PauseReason stop =
                    accepted ? null : PauseReason.ofSubmit(envelope).orElse(null);
            learn(stop, answered, envelope, permit, answer.evidence(), evidence);
            if (accepted && permit.probe()) {
                pauses.lift(PauseReason.ACCOUNT_CREDIT);
            }
        }
        return answer;
    }

    @Override
    public TaskLookup sight(String upstreamTaskId, Permit permit) {
        Evidence evidence = evidence(POLL, "");
        try (TaskScope call = steps.call(POLL)) {
            long from = System.nanoTime();
            TransportResult reply = ask(upstreamTaskId, permit, call);
            TaskLookup sighting = polls.classifyLookUp(upstreamTaskId, reply, evidence);
            learn(reply, permit, sighting.evidence(), evidence);
            count("sight", result(sighting), from, call);
            return sighting;
        }
    }

    @Override
    public PollAnswer poll(String upstreamTaskId, Permit permit) {
        Evidence evidence = evidence(POLL, "");
        try (TaskScope call = steps.call(POLL)) {
            long from = System.nanoTime();
            TransportResult reply = ask(upstreamTaskId, permit, call);
            PollAnswer answer = polls.classify(upstreamTaskId, reply, evidence);
            learn(reply, permit, answer.evidence(), evidence);
            count("poll", result(answer), from, call);
            return answer;
        }
    }

    private TransportResult ask(String upstreamTaskId, Permit permit, TaskScope call) {
        TransportResult reply =
                unlessStopped(
                        pauses.stopsPoll(permit.probe()),
                        () -> guards.poll(permit, () -> wire.poll(upstreamTaskId, permit)));
        tell(reply, call);
        return reply;
    }

    private static void tell(TransportResult reply, TaskScope call) {
        if (reply instanceof TransportResult.Response answered) {
            call.tag("http.response.status_code", String.valueOf(answered.status()));
        }
    }

    private void learn(TransportResult reply, Permit permit, String told, Evidence evidence) {
        if (reply instanceof TransportResult.Response answered) {
            Envelope envelope = Envelope.of(answered);
            @Nullable PauseReason stop = PauseReason.ofPoll(envelope).orElse(null);
            learn(stop, answered, envelope, permit, told, evidence);
        }
    }

    private Evidence evidence(String call, String prompt) {
        return new Evidence(call, clock.instant(), endpoint.key(), prompt);
    }

    /** A pause may have come since the permit was given. */
    private static TransportResult unlessStopped(boolean stopped, Supplier<TransportResult> call) {
        return stopped
                ? TransportResult.NotSent.byOwnGuard("the vendor was paused in the meantime")
                : call.get();
    }

    /** What an answer says of the account, beyond its own task. */
    private void learn(
            @Nullable PauseReason stop,
            TransportResult.Response answered,
            Envelope envelope,
            Permit permit,
            String told,
            Evidence evidence) {
        if (stop == PauseReason.THROTTLED) {
            pauses.throttle(
                    RetryAfter.of(answered.headers(), evidence.sentAt()).orElse(null), told);
        } else if (stop != null) {
            pauses.stopAccount(stop, told);
        } else {
            pauses.answeredUnthrottled();
        }
        // Whatever the vendor's own application says but "who are you" proves that the key works.
        boolean keyWorks = stop != PauseReason.ACCOUNT_KEY && envelope.hasCode();
        if (permit.probe() && keyWorks) {
            pauses.lift(PauseReason.ACCOUNT_KEY);
        }
    }

    private void count(String operation, String result, long fromNanos, TaskScope call) {
        meters.counter("seedgate.vendor.calls", "operation", operation, "result", result)
                .increment();
        Timer.builder("seedgate.vendor.call.time")
                .tag("operation", operation)
                // Up to the submit's time-out; a healthy answer takes a second or so.
                .serviceLevelObjectives(BOUNDS)
                .register(meters)
                .record(System.nanoTime() - fromNanos, TimeUnit.NANOSECONDS);
        call.tag("seedgate.result", result);
    }

    private static String result(TaskLookup sighting) {
        return switch (sighting) {
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
