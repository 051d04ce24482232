package dev.seedgate.platform.web.edge;

import org.springframework.http.HttpHeaders;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.HeadersConfigurer;
import org.springframework.security.web.header.writers.ReferrerPolicyHeaderWriter.ReferrerPolicy;
import org.springframework.security.web.header.writers.StaticHeadersWriter;

/** Security headers of every answer; each filter chain has its own content security policy. */
public final class SecurityHeaders {

    /** Policy of the APIs: an answer is data, even when a browser opens it. */
    public static final String DATA = "default-src 'none'; frame-ancestors 'none'";

    /** Policy of the console's pages: files and forms of their own, nothing inline. */
    public static final String PAGES =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; media-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

    /**
     * Policy of all else: Swagger UI styles itself inline, the browser's player shows a sandbox
     * clip.
     */
    public static final String OPEN =
            "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; media-src 'self'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'";

    private SecurityHeaders() {}

    /**
     * Besides these, Spring Security's own: no sniffing, no frames, and HSTS over https. Not its
     * headers for HTTP 1.0's caches and for a filter that browsers no longer have: each header of
     * an answer is encoded anew, a fifth of what a status read allocates in all.
     */
    public static HttpSecurity add(HttpSecurity http, String contentPolicy) {
        return http.headers(headers ->
                headers.contentSecurityPolicy(csp -> csp.policyDirectives(contentPolicy))
                        .referrerPolicy(referrer -> referrer.policy(ReferrerPolicy.SAME_ORIGIN))
                        .cacheControl(HeadersConfigurer.CacheControlConfig::disable)
                        .addHeaderWriter(
                                new StaticHeadersWriter(HttpHeaders.CACHE_CONTROL, "no-store"))
                        .xssProtection(HeadersConfigurer.XXssConfig::disable)
                        // The gateway does not speak for its neighbours below the same name.
                        .httpStrictTransportSecurity(hsts -> hsts.includeSubDomains(false)));
    }
}
