package dev.seedgate.operations.alert;

/** A kind of alert. */
public enum AlertKind {
    /** A team has used a good part of its monthly quota. */
    QUOTA,
    /** The company's credits at the vendor run low. */
    POOL,
    /** The books don't add up, or the vendor's figures differ from them. */
    DRIFT,
    /** Some tasks have been without an outcome for long. */
    UNCERTAIN,
    /** Nothing could be delivered to an endpoint of a team for days, and it was disabled. */
    WEBHOOK
}
