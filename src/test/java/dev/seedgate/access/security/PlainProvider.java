package dev.seedgate.access.security;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.seedgate.testing.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

/**
 * An OpenID Connect provider that signs in whoever comes, writes no log, and keeps whatever passed
 * between it and the gateway that nobody else may see.
 */
final class PlainProvider implements AutoCloseable {

    static final String CLIENT = "seedgate";
    static final String SECRET = "canary-of-the-provider";

    private final HttpServer server;
    private final RSAKey key;
    private final List<String> secrets = new CopyOnWriteArrayList<>();
    private volatile String nonce = "";

    private PlainProvider(HttpServer server, RSAKey key) {
        this.server = server;
        this.key = key;
    }

    static PlainProvider start() throws IOException, JOSEException {
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        PlainProvider provider =
                new PlainProvider(server, new RSAKeyGenerator(2048).keyID("1").generate());
        provider.secrets.add(SECRET);
        server.createContext("/.well-known/openid-configuration", provider::describe);
        server.createContext(
                "/keys", call -> answer(call, new JWKSet(provider.key.toPublicJWK()).toString()));
        server.createContext("/authorize", provider::authorize);
        server.createContext("/token", provider::token);
        server.start();
        return provider;
    }

    String issuer() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** The client's secret, and each code, proof and token so far. */
    List<String> secrets() {
        return List.copyOf(secrets);
    }

    private void describe(HttpExchange call) throws IOException {
        answer(
                call,
                """
                {"issuer":"%1$s","authorization_endpoint":"%1$s/authorize",
                 "token_endpoint":"%1$s/token","jwks_uri":"%1$s/keys",
                 "response_types_supported":["code"],"subject_types_supported":["public"],
                 "id_token_signing_alg_values_supported":["RS256"]}
                """
                        .formatted(issuer()));
    }

    private void authorize(HttpExchange call) throws IOException {
        Map<String, String> asked = form(call.getRequestURI().getRawQuery());
        nonce = asked.getOrDefault("nonce", "");
        String code = "canary-of-a-code-" + secrets.size();
        secrets.add(code);
        call.getResponseHeaders()
                .add(
                        "Location",
                        asked.get("redirect_uri")
                                + "?code="
                                + code
                                + "&state="
                                + asked.get("state"));
        call.sendResponseHeaders(302, -1);
        call.close();
    }

    private void token(HttpExchange call) throws IOException {
        Map<String, String> asked =
                form(new String(call.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
        secrets.add(asked.getOrDefault("code_verifier", "no proof came"));
        secrets.add(
                Base64.getEncoder()
                        .encodeToString((CLIENT + ":" + SECRET).getBytes(StandardCharsets.UTF_8)));
        String access = "canary-of-an-access-token";
        String identity = identity();
        // Its signature: the head is the same in every token.
        secrets.addAll(List.of(access, identity.substring(identity.lastIndexOf('.') + 1)));
        answer(
                call,
                Json.of(
                        "access_token",
                        access,
                        "token_type",
                        "Bearer",
                        "expires_in",
                        60,
                        "id_token",
                        identity));
    }

    private String identity() {
        SignedJWT token =
                new SignedJWT(
                        new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("1").build(),
                        new JWTClaimsSet.Builder()
                                .issuer(issuer())
                                .audience(CLIENT)
                                .subject("ada")
                                .claim("nonce", nonce)
                                .claim("groups", List.of("admins"))
                                .issueTime(Date.from(Instant.now()))
                                .expirationTime(Date.from(Instant.now().plusSeconds(60)))
                                .build());
        try {
            token.sign(new RSASSASigner(key));
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
        return token.serialize();
    }

    private static Map<String, String> form(String text) {
        return Arrays.stream(text.split("&"))
                .map(pair -> pair.split("=", 2))
                .collect(
                        Collectors.toMap(
                                pair -> pair[0],
                                pair -> URLDecoder.decode(pair[1], StandardCharsets.UTF_8)));
    }

    private static void answer(HttpExchange call, String json) throws IOException {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        call.getResponseHeaders().add("Content-Type", "application/json");
        call.sendResponseHeaders(200, body.length);
        call.getResponseBody().write(body);
        call.close();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
