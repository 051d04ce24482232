package dev.seedgate.platform.web.edge;

import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.web.header.writers.ReferrerPolicyHeaderWriter.ReferrerPolicy;

/** What every answer says to browsers; each door has a content security policy of its own. */
public final class SecurityHeaders {

    /** An answer of the API is data, whoever opens it. */
    public static final String DATA = "default-src 'none'; frame-ancestors 'none'";

    /** The console's pages: their own style sheet and forms, no script at all. */
    public static final String PAGES =
            "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

    /** Swagger UI styles itself inline; a sandbox clip is shown by the browser's own player. */
    public static final String OPEN =
            "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; media-src 'self'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'";

    private SecurityHeaders() {}

    /**
     * Besides these, Spring Security's own: no sniffing, no caching, no frames, and HSTS over
     * https.
     */
    public static HttpSecurity add(HttpSecurity http, String contentPolicy) {
        return http.headers(headers ->
                headers.contentSecurityPolicy(csp -> csp.policyDirectives(contentPolicy))
                        .referrerPolicy(referrer -> referrer.policy(ReferrerPolicy.SAME_ORIGIN))
                        // The gateway does not speak for its neighbours below the same name.
                        .httpStrictTransportSecurity(hsts -> hsts.includeSubDomains(false)));
    }
}
