package dev.seedgate.vendor.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class EvidenceTests {

    /** What is not to be shown, said in another way. */
    private static final Pattern INVISIBLE =
            Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Co}\\p{Cs}\\p{Cn}\\s]+");

    @Test
    void foldsWhatIsInvisibleInEveryCharacterAndInTextsOfThem() {
        for (int character = 0; character <= Character.MAX_CODE_POINT; character++) {
            assertFolded("a" + Character.toString(character) + "b");
        }
        Random random = new Random(1);
        String kinds = "ab é\n\t\u0000\u00ad\u200b\u2003\ue000\ud83d\ude00\ud83d \u0378";
        for (int n = 0; n < 20_000; n++) {
            StringBuilder text = new StringBuilder();
            random.ints(random.nextInt(12), 0, kinds.length())
                    .forEach(i -> text.append(kinds.charAt(i)));
            assertFolded(text.toString());
        }
    }

    private static void assertFolded(String text) {
        String expected = INVISIBLE.matcher(text).replaceAll(" ");
        if (!Evidence.foldInvisible(text).equals(expected)) {
            assertThat(Evidence.foldInvisible(text)).isEqualTo(expected);
        }
    }
}
