package dev.seedgate.task.lifecycle;

import dev.seedgate.task.queue.DuePoll;
import dev.seedgate.vendor.contract.PollAnswer;

/** The vendor's answer that a task which was polled has succeeded. */
public record Completion(DuePoll poll, PollAnswer.Succeeded answer) {}
