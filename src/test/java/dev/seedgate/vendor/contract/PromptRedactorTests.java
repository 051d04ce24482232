package dev.seedgate.vendor.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class PromptRedactorTests {

    private static final String URL = "https://pictures.example.com/a.png?signature=s3cret";

    @Test
    void cutsThePromptAndTheUrlsOut() {
        assertThat(redact("No: 'a Paper boat, secret' is not allowed.", "a paper boat, secret"))
                .isEqualTo("No: '…' is not allowed.");
        assertThat(redact("Can't fetch " + URL + " today", "a boat"))
                .isEqualTo("Can't fetch … today");
    }

    @Test
    void keepsNothingOfATextThatRepeatsAPartOfThePrompt() {
        assertThat(redact("No: 'a paper boat, sec…'", "a paper boat, secret launch in May"))
                .doesNotContain("paper");
    }

    @Test
    void leavesWordsAloneThatOnlyContainAShortPrompt() {
        assertThat(redact("The server failed", "e")).isEqualTo("The server failed");
        assertThat(redact("Too bad", "a paper boat, secret")).isEqualTo("Too bad");
    }

    @Test
    void takesAnyPromptForAText() {
        assertThat(redact("a $1 \\E b", "$1 \\E")).isEqualTo("a … b");
    }

    private static String redact(String text, String prompt) {
        return PromptRedactor.redact(text, new ClipRequest(prompt, "16:9", 5, false, List.of(URL)));
    }
}
