package dev.seedgate.task.lifecycle;

import dev.seedgate.vendor.contract.SubmitAnswer;

/** The vendor's answer that it took an attempt. */
public record Acceptance(SubmitAttempt attempt, SubmitAnswer.Accepted answer) {}
