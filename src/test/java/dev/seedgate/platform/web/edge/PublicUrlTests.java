package dev.seedgate.platform.web.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seedgate.platform.values.StartupException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class PublicUrlTests {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "video.example.org",
                "//video.example.org",
                "ftp://video.example.org",
                "https://",
                "https://u:p@video.example.org",
                "https://video.example.org?x=1",
                "https://video example.org",
                "https://video.example.org:70000"
            })
    void refusesAPublicUrlThatIsNoWholeAddress(String url) {
        assertThatThrownBy(() -> bound(url))
                .hasRootCauseInstanceOf(StartupException.class)
                .rootCause()
                .hasMessageStartingWith("SEEDGATE_PUBLIC_URL: give the whole address");
    }

    @ParameterizedTest
    @CsvSource({
        "https://video.example.org, https://video.example.org",
        "' https://video.example.org/ ', https://video.example.org",
        "http://10.0.0.1:8080/a/, http://10.0.0.1:8080/a"
    })
    void takesOneAsItIsMeant(String url, String base) {
        assertThat(bound(url).base()).isEqualTo(base);
        assertThat(bound(url).isSet()).isTrue();
    }

    @Test
    void isNotSetWhereNothingOrOnlySpaceIsGiven() {
        assertThat(bound(" ").isSet()).isFalse();
        assertThat(new Binder().bindOrCreate("seedgate", PublicUrl.class).isSet()).isFalse();
    }

    private static PublicUrl bound(String url) {
        return new Binder(new MapConfigurationPropertySource(Map.of("seedgate.public-url", url)))
                .bindOrCreate("seedgate", PublicUrl.class);
    }
}
