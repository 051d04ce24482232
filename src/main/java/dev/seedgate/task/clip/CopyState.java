package dev.seedgate.task.clip;

/** State of the copy of a clip. */
enum CopyState {
    /** It is still to be made. */
    WANTED,
    /** It is there. */
    KEPT,
    /** It could not be made, and is not tried any more. */
    LOST,
    /** Its time was over, and it was deleted. */
    PURGED
}
