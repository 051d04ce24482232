package dev.seedgate.platform.web.edge;

import dev.seedgate.platform.values.StartupException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.bind.Name;
import org.springframework.util.StringUtils;

/**
 * The address at which clients reach the gateway.
 *
 * @param base with its scheme, without a slash at its end; empty where it is not set and only the
 *     request at hand tells
 */
@ConfigurationProperties("seedgate")
public record PublicUrl(@Name("public-url") @DefaultValue("") String base) {

    private static final int HIGHEST_PORT = 65_535;

    public PublicUrl {
        base = StringUtils.trimTrailingCharacter(base.strip(), '/');
        if (!base.isEmpty() && !isPlain(base)) {
            throw new StartupException(
                    "SEEDGATE_PUBLIC_URL: give the whole address with its scheme and without user, query or fragment, such as https://video.example.org.");
        }
    }

    public boolean isSet() {
        return !base.isEmpty();
    }

    private static boolean isPlain(String url) {
        try {
            URI uri = new URI(url);
            String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
            return (scheme.equals("https") || scheme.equals("http"))
                    && uri.getHost() != null
                    && uri.getUserInfo() == null
                    && uri.getQuery() == null
                    && uri.getFragment() == null
                    && uri.getPort() <= HIGHEST_PORT;
        } catch (URISyntaxException e) {
            return false;
        }
    }
}
