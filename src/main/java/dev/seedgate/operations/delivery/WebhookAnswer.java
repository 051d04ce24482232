package dev.seedgate.operations.delivery;

/**
 * A receiver's answer.
 *
 * @param text the first kilobyte, without what it repeats of the URL's path
 */
public record WebhookAnswer(int status, String text) {

    // Enough for a word of explanation.
    private static final int LONGEST_SUMMARY = 200;

    /** Whether it has taken the message; a redirect is none of our business. */
    public boolean accepted() {
        return status >= 200 && status <= 299;
    }

    /** In one line's length, for people. */
    public String summary() {
        return "HTTP %d %s"
                .formatted(status, text.substring(0, Math.min(LONGEST_SUMMARY, text.length())));
    }
}
