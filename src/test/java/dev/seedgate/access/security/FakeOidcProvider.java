package dev.seedgate.access.security;

import static java.util.Objects.requireNonNull;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.jwk.source.ImmutableJWKSet;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.SecurityContext;
import jakarta.servlet.Filter;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.Wrapper;
import org.apache.catalina.servlets.DefaultServlet;
import org.apache.catalina.startup.Tomcat;
import org.springframework.context.annotation.Bean;
import org.springframework.core.annotation.Order;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configuration.EnableWebSecurity;
import org.springframework.security.config.annotation.web.configuration.OAuth2AuthorizationServerConfiguration;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.ClientAuthenticationMethod;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.server.authorization.client.InMemoryRegisteredClientRepository;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClientRepository;
import org.springframework.security.oauth2.server.authorization.settings.AuthorizationServerSettings;
import org.springframework.security.oauth2.server.authorization.settings.ClientSettings;
import org.springframework.security.oauth2.server.authorization.token.JwtEncodingContext;
import org.springframework.security.oauth2.server.authorization.token.OAuth2TokenCustomizer;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.LoginUrlAuthenticationEntryPoint;
import org.springframework.web.context.support.AnnotationConfigWebApplicationContext;
import org.springframework.web.filter.DelegatingFilterProxy;

/**
 * A company's OpenID Connect provider on a real port: Spring Authorization Server, with some people
 * whose password is their name and whose roles are in the claim {@code groups}, and in the claim
 * {@code seedgate} their teams as {@code teams}.
 */
final class FakeOidcProvider implements AutoCloseable {

    static final String CLIENT = "seedgate";
    static final String SECRET = "the-client-secret";

    static final Map<String, List<String>> PEOPLE =
            Map.of(
                    "vera", List.of("staff", "video-readers"),
                    "otto", List.of("video-operators", "video-readers"),
                    "ada", List.of("video-admins"),
                    "nora", List.of("staff"));

    /** Teams of people, a list or one text. */
    static final Map<String, Object> TEAMS = new ConcurrentHashMap<>();

    private final Tomcat tomcat = new Tomcat();
    private final AtomicInteger tokenRequests = new AtomicInteger();

    private FakeOidcProvider() {}

    /** Starts one that knows a gateway by where it has people sent back to. */
    static FakeOidcProvider start(int port, String redirectUri)
            throws IOException, LifecycleException {
        FakeOidcProvider provider = new FakeOidcProvider();
        Tomcat tomcat = provider.tomcat;
        File folder = Files.createTempDirectory("provider").toFile();
        tomcat.setBaseDir(folder.getPath());
        tomcat.setPort(port);
        tomcat.getConnector().setProperty("address", "127.0.0.1");
        Context context = tomcat.addContext("", folder.getPath());
        Wrapper rest = Tomcat.addServlet(context, "rest", new DefaultServlet());
        rest.addMapping("/");
        AnnotationConfigWebApplicationContext beans = new AnnotationConfigWebApplicationContext();
        beans.addBeanFactoryPostProcessor(
                factory -> factory.registerSingleton("clients", clients(redirectUri)));
        beans.register(Security.class);
        context.addServletContainerInitializer(
                (_, servlets) -> {
                    beans.setServletContext(servlets);
                    beans.refresh();
                    servlets.addFilter("count", provider.counting())
                            .addMappingForUrlPatterns(null, false, "/oauth2/token");
                    servlets.addFilter(
                                    "security",
                                    new DelegatingFilterProxy("springSecurityFilterChain", beans))
                            .addMappingForUrlPatterns(null, false, "/*");
                },
                Set.of());
        tomcat.start();
        return provider;
    }

    String issuer() {
        return "http://127.0.0.1:" + tomcat.getConnector().getLocalPort();
    }

    /** How often a code was to be exchanged for a token. */
    int tokenRequests() {
        return tokenRequests.get();
    }

    private Filter counting() {
        return (request, response, chain) -> {
            tokenRequests.incrementAndGet();
            chain.doFilter(request, response);
        };
    }

    @Override
    public void close() throws LifecycleException {
        tomcat.stop();
        tomcat.destroy();
    }

    private static RegisteredClientRepository clients(String redirectUri) {
        return new InMemoryRegisteredClientRepository(
                RegisteredClient.withId("1")
                        .clientId(CLIENT)
                        .clientSecret("{noop}" + SECRET)
                        .clientAuthenticationMethod(ClientAuthenticationMethod.CLIENT_SECRET_BASIC)
                        .authorizationGrantType(AuthorizationGrantType.AUTHORIZATION_CODE)
                        .redirectUri(redirectUri)
                        .scope("openid")
                        .scope("email")
                        .clientSettings(ClientSettings.builder().requireProofKey(true).build())
                        .build());
    }

    // No @Configuration: the gateway under test must not find it.
    @EnableWebSecurity
    static class Security {

        @Bean
        @Order(1)
        SecurityFilterChain protocol(HttpSecurity http) {
            return http.oauth2AuthorizationServer(
                            server -> {
                                http.securityMatcher(server.getEndpointsMatcher());
                                server.oidc(Customizer.withDefaults());
                            })
                    .authorizeHttpRequests(all -> all.anyRequest().authenticated())
                    .exceptionHandling(it ->
                            it.authenticationEntryPoint(
                                    new LoginUrlAuthenticationEntryPoint("/login")))
                    .build();
        }

        @Bean
        @Order(2)
        SecurityFilterChain people(HttpSecurity http) {
            return http.authorizeHttpRequests(all -> all.anyRequest().authenticated())
                    .csrf(AbstractHttpConfigurer::disable)
                    .formLogin(Customizer.withDefaults())
                    .build();
        }

        @Bean
        UserDetailsService directory() {
            return name -> User.withUsername(name).password("{noop}" + name).build();
        }

        @Bean
        JWKSource<SecurityContext> keys() throws JOSEException {
            return new ImmutableJWKSet<>(
                    new JWKSet(new RSAKeyGenerator(2048).keyID("1").generate()));
        }

        @Bean
        JwtDecoder decoder(JWKSource<SecurityContext> keys) {
            return OAuth2AuthorizationServerConfiguration.jwtDecoder(keys);
        }

        @Bean
        AuthorizationServerSettings paths() {
            return AuthorizationServerSettings.builder().build();
        }

        @Bean
        OAuth2TokenCustomizer<JwtEncodingContext> claims() {
            return context -> {
                String name = requireNonNull(context.<Authentication>getPrincipal()).getName();
                context.getClaims()
                        .claim("groups", PEOPLE.getOrDefault(name, List.of()))
                        .claim("seedgate", Map.of("teams", TEAMS.getOrDefault(name, List.of())))
                        .claim("email", name + "@example.com")
                        .claim("email_verified", !name.equals("otto"));
            };
        }
    }
}
