package dev.seedgate.access.security;

import dev.seedgate.access.operator.OidcSettings;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import java.time.Duration;
import org.springframework.security.oauth2.client.endpoint.OAuth2AccessTokenResponseClient;
import org.springframework.security.oauth2.client.endpoint.OAuth2AuthorizationCodeGrantRequest;
import org.springframework.security.oauth2.client.endpoint.RestClientAuthorizationCodeTokenResponseClient;
import org.springframework.security.oauth2.core.OAuth2AuthorizationException;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.endpoint.OAuth2AccessTokenResponse;

/**
 * Client of the provider's token endpoint that asks it so many times a minute at most. A sign-in
 * that comes back from the provider is asked about once; but anybody can make up the code, the
 * state and the cookie that they are compared with, as nothing is stored here for a sign-in that
 * began. So only the provider can tell, and without a bound strangers could flood it through here.
 */
class BoundedTokenClient
        implements OAuth2AccessTokenResponseClient<OAuth2AuthorizationCodeGrantRequest> {

    /** The error's code where the provider was not asked. */
    static final String BUSY = "busy";

    private final RestClientAuthorizationCodeTokenResponseClient provider =
            new RestClientAuthorizationCodeTokenResponseClient();
    private final RateLimiter rate;

    BoundedTokenClient(OidcSettings settings) {
        rate =
                RateLimiter.of(
                        "oidc",
                        RateLimiterConfig.custom()
                                .limitForPeriod(settings.oidcTokenRequestsPerMinute())
                                .limitRefreshPeriod(Duration.ofMinutes(1))
                                .timeoutDuration(Duration.ZERO)
                                .build());
    }

    @Override
    public OAuth2AccessTokenResponse getTokenResponse(OAuth2AuthorizationCodeGrantRequest code) {
        if (!rate.acquirePermission()) {
            throw new OAuth2AuthorizationException(
                    new OAuth2Error(BUSY, "The provider was asked too often lately", null));
        }
        return provider.getTokenResponse(code);
    }
}
