package dev.seedgate.vendor.sandbox;

import java.util.List;

/**
 * A word that a prompt can have to try out one fate of a clip.
 *
 * @param text as it stands in the prompt
 * @param effect what happens then
 */
public record SandboxWord(String text, String effect) {

    /** One of each kind. */
    public static final List<SandboxWord> ALL =
            List.of(
                    new SandboxWord("[sandbox:fail]", "the render fails and is refunded"),
                    new SandboxWord("[sandbox:slow=30s]", "it takes 30 seconds"),
                    new SandboxWord("[sandbox:stuck]", "it never ends"),
                    new SandboxWord("[sandbox:reject]", "the order is refused for good"),
                    new SandboxWord("[sandbox:http=500*2]", "refused twice, then taken"),
                    new SandboxWord("[sandbox:lost-answer]", "taken, and no answer comes"),
                    new SandboxWord("[sandbox:odd-status]", "a status that nobody knows"),
                    new SandboxWord("[sandbox:wrong-credits]", "another price than the list’s"));
}
