package dev.seedgate.access.security;

import dev.seedgate.access.operator.OidcSettings;
import dev.seedgate.platform.values.SecretFile;
import dev.seedgate.platform.values.StartupException;
import dev.seedgate.platform.web.edge.PublicUrl;
import java.nio.file.Path;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.registration.ClientRegistrations;
import org.springframework.security.oauth2.core.ClientAuthenticationMethod;
import org.springframework.security.oauth2.core.oidc.OidcScopes;
import org.springframework.util.StringUtils;

/**
 * Client registration at the company's OpenID Connect provider. Its metadata is fetched when the
 * first person signs in, not at the start, which must not depend on the provider.
 */
class LazyOidcClientRegistration implements ClientRegistrationRepository {

    static final String ID = "oidc";

    private final OidcSettings settings;
    private final String redirectUri;
    private final Supplier<String> secret;
    private final ReentrantLock asking = new ReentrantLock();
    private volatile @Nullable ClientRegistration known;

    /** When metadata was last fetched, by {@link System#nanoTime}; guarded by the lock. */
    private long askedAt;

    private boolean failed;

    LazyOidcClientRegistration(OidcSettings settings, PublicUrl publicUrl) {
        this.settings = settings;
        redirectUri =
                (publicUrl.isSet() ? publicUrl.base() : "{baseUrl}") + ConsoleSecurity.CALLBACK;
        secret = secret(settings);
        if (!StringUtils.hasText(settings.oidcClientId())) {
            throw new StartupException(
                    "SEEDGATE_OIDC_ISSUER is set: set SEEDGATE_OIDC_CLIENT_ID too, as the provider knows the gateway.");
        }
        if (!settings.oidcScopes().contains(OidcScopes.OPENID)) {
            throw new StartupException(
                    "SEEDGATE_OIDC_SCOPES lacks openid: without it the provider does not say who somebody is.");
        }
    }

    /**
     * One thread fetches at a time, and none for a while after a failure: a provider that hangs
     * holds up one thread, however many people want to sign in.
     */
    @Override
    public @Nullable ClientRegistration findByRegistrationId(String id) {
        if (!id.equals(ID)) {
            return null;
        }
        ClientRegistration last = known;
        String now = secret.get();
        if (last != null && last.getClientSecret().equals(now)) {
            return last;
        }
        if (!asking.tryLock()) {
            throw new ProviderUnavailable("it is being asked already");
        }
        try {
            if (failed && System.nanoTime() - askedAt < settings.oidcRetryInterval().toNanos()) {
                throw new ProviderUnavailable("it was asked a moment ago");
            }
            askedAt = System.nanoTime();
            failed = true;
            ClientRegistration asked = ask(now);
            failed = false;
            known = asked;
            return asked;
        } finally {
            asking.unlock();
        }
    }

    private ClientRegistration ask(String clientSecret) {
        ClientRegistration.Builder client =
                ClientRegistrations.fromOidcIssuerLocation(String.valueOf(settings.oidcIssuer()))
                        .registrationId(ID)
                        .clientId(String.valueOf(settings.oidcClientId()))
                        .clientSecret(clientSecret)
                        .redirectUri(redirectUri)
                        .scope(settings.oidcScopes())
                        .clientSettings(
                                ClientRegistration.ClientSettings.builder()
                                        .requireProofKey(true)
                                        .build());
        return (clientSecret.isEmpty()
                        ? client.clientAuthenticationMethod(ClientAuthenticationMethod.NONE)
                        : client)
                .build();
    }

    /** The provider's metadata is unknown, and it is not the time to fetch it. */
    private static final class ProviderUnavailable extends IllegalArgumentException {

        private static final long serialVersionUID = 1L;

        ProviderUnavailable(String reason) {
            super("The provider did not answer yet: " + reason);
        }
    }

    private static Supplier<String> secret(OidcSettings settings) {
        Path file = settings.oidcClientSecretFile();
        if (file != null && !file.toString().isBlank()) {
            return SecretFile.open("SEEDGATE_OIDC_CLIENT_SECRET_FILE", file, it -> it)::value;
        }
        String fixed = settings.oidcClientSecret() == null ? "" : settings.oidcClientSecret();
        return () -> fixed;
    }
}
