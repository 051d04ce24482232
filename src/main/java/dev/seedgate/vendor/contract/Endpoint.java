package dev.seedgate.vendor.contract;

import dev.seedgate.platform.values.StartupException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.util.StringUtils;

/**
 * Address and key of the vendor: the real one when there is a key, else the sandbox of this very
 * process, whose port is known once the web server is up.
 */
public final class Endpoint implements ApplicationListener<WebServerInitializedEvent> {

    static final String SEEDANCE = "seedance";

    public static final String SANDBOX = "sandbox";

    private static final String VENDOR_URL = "https://seedance1-5pro.com";

    private final String name;
    private final VendorKey key;
    private volatile @Nullable String baseUrl;

    private Endpoint(String name, VendorKey key, @Nullable String baseUrl) {
        this.name = name;
        this.key = key;
        this.baseUrl = baseUrl;
    }

    public static Endpoint of(UpstreamSettings settings, String sandboxKey) {
        @Nullable VendorKey key = VendorKey.of(settings);
        String url = settings.upstreamBaseUrl() == null ? "" : settings.upstreamBaseUrl().strip();
        if (key != null) {
            return new Endpoint(SEEDANCE, key, validated(url.isEmpty() ? VENDOR_URL : url));
        }
        if (!url.isEmpty()) {
            throw new StartupException(
                    "SEEDGATE_UPSTREAM_BASE_URL is set but there is no key: set"
                            + " SEEDGATE_UPSTREAM_API_KEY too, or remove the URL to use the built-in"
                            + " sandbox.");
        }
        return new Endpoint(SANDBOX, VendorKey.fixed(sandboxKey), null);
    }

    public String name() {
        return name;
    }

    public String key() {
        return key.value();
    }

    /** Without a slash at its end; null while this process's own web server is not up. */
    public @Nullable String baseUrl() {
        return baseUrl;
    }

    @Override
    public void onApplicationEvent(WebServerInitializedEvent event) {
        // The management server has a namespace of its own; the sandbox lives on the main one.
        if (name.equals(SANDBOX) && event.getApplicationContext().getServerNamespace() == null) {
            baseUrl = "http://127.0.0.1:" + event.getWebServer().getPort() + "/sandbox";
        }
    }

    private static String validated(String url) {
        try {
            URI uri = new URI(url);
            String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
            boolean valid =
                    (scheme.equals("https") || scheme.equals("http"))
                            && uri.getHost() != null
                            && uri.getUserInfo() == null
                            && uri.getQuery() == null
                            && uri.getFragment() == null
                            && uri.getPort() <= 65_535;
            if (valid) {
                return StringUtils.trimTrailingCharacter(url, '/');
            }
        } catch (URISyntaxException e) {
            // Told below; the parser's own words say less.
        }
        throw new StartupException(
                "SEEDGATE_UPSTREAM_BASE_URL must be an absolute http or https URL with a host and"
                        + " without user info, query or fragment, for example "
                        + VENDOR_URL
                        + ".");
    }
}
