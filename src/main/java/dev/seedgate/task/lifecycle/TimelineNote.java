package dev.seedgate.task.lifecycle;

/**
 * A note in a task's timeline, for its team, on a step that is no end: who did what. At an end
 * stands the task's own error message.
 */
enum TimelineNote {
    SERVICE_BUSY("the video service said that it is busy; the clip is sent again later"),
    SERVICE_CLOSED("the video service takes no jobs; the clip is sent again later"),
    SERVICE_UNREACHED("the video service could not be reached; the clip is sent again later"),
    SERVICE_FAILED("the video service failed and asked to try again; the clip is sent again later"),
    GATEWAY_HELD("the gateway had no call free in time and sent nothing; the clip waits for one"),
    DATABASE_LATE(
            "the gateway's database answered too late and nothing was sent; it is tried again"),
    UNKNOWN("it is not known whether the video service took the clip; it will not be sent again"),
    RENDERS_LONG("the video service renders for too long; it is still asked now and then"),
    SERVICE_DENIES("the video service no longer knows the clip; it is still asked now and then"),
    FOUND("the operators found the clip at the video service"),
    REFUNDED("the gateway gave up waiting for the video service and refunded the charge");

    private final String text;

    TimelineNote(String text) {
        this.text = text;
    }

    String text() {
        return text;
    }
}
