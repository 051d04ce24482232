package dev.seedgate.operations.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.testing.Gateway;
import org.junit.jupiter.api.Test;

/** What somebody sees who knows the gateway's address only. */
class FrontDoorTests {

    private final Gateway gateway = Gateway.shared();

    @Test
    void leadsABrowserToTheConsole() {
        assertThat(get("text/html,application/xhtml+xml,*/*;q=0.8"))
                .startsWith("HTTP/1.1 302 ")
                .containsPattern("(?m)^Location: (http://g)?/console\r?$");
    }

    @Test
    void tellsOthersWhereTheDescriptionIs() {
        for (String accept : new String[] {"*/*", "application/json", "text/plain"}) {
            assertThat(get(accept))
                    .startsWith("HTTP/1.1 200 ")
                    .contains("\"api_description\":\"/v3/api-docs\"", "\"console\":\"/console\"");
        }
    }

    private String get(String accept) {
        return gateway.raw(
                "GET / HTTP/1.1\r\nHost: g\r\nConnection: close\r\nAccept: " + accept + "\r\n\r\n");
    }
}
