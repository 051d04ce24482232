package dev.seedgate.task.clip;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.seedgate.platform.values.TaskId;
import dev.seedgate.platform.web.edge.PublicUrl;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;

/**
 * Maker and checker of links that open one clip to whoever has them, for some minutes: what a
 * player can't do is send a key. Signed with a secret that all replicas share.
 */
@Component
class ClipLinks {

    private static final String ALGORITHM = "HmacSHA256";

    private final SecretKeySpec secret;
    private final ClipQueries queries;
    private final ClipSettings settings;
    private final PublicUrl publicUrl;

    ClipLinks(JdbcClient jdbc, ClipQueries queries, ClipSettings settings, PublicUrl publicUrl) {
        secret =
                new SecretKeySpec(
                        jdbc.sql("select secret from clip_link_key").query(byte[].class).single(),
                        ALGORITHM);
        this.queries = queries;
        this.settings = settings;
        this.publicUrl = publicUrl;
    }

    /** A link to the task's clip, on the host that the request at hand reached. */
    ClipLink make(TaskId task) {
        long expires = queries.after(settings.clipsLinkLifetime());
        String base =
                publicUrl.isSet()
                        ? publicUrl.base()
                        : ServletUriComponentsBuilder.fromCurrentContextPath().toUriString();
        return new ClipLink(
                "%s/clips/%s?expires=%d&signature=%s"
                        .formatted(base, task, expires, signature(task, expires)),
                Instant.ofEpochSecond(expires));
    }

    /** Whether it was made here; costs no look into the database. */
    boolean isGenuine(TaskId task, long expires, String signature) {
        return MessageDigest.isEqual(
                signature(task, expires).getBytes(StandardCharsets.US_ASCII),
                signature.getBytes(StandardCharsets.UTF_8));
    }

    private String signature(TaskId task, long expires) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(secret);
            byte[] signed =
                    mac.doFinal(
                            "clip %s until %d"
                                    .formatted(task, expires)
                                    .getBytes(StandardCharsets.US_ASCII));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(signed);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has " + ALGORITHM, e);
        }
    }

    /** A link and the moment it ends. */
    record ClipLink(String url, @JsonProperty("expires_at") Instant expiresAt) {}
}
