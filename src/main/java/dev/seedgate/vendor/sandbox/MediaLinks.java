package dev.seedgate.vendor.sandbox;

import jakarta.servlet.http.HttpServletRequest;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import org.springframework.util.StringUtils;
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;

/** Builder of the URLs that clips are served at. */
@SandboxOnly
@Component
class MediaLinks {

    private final String publicUrl;

    MediaLinks(@Value("${seedgate.public-url:}") String publicUrl) {
        this.publicUrl = StringUtils.trimTrailingCharacter(publicUrl.strip(), '/');
    }

    /** Absolute; without a public address, on the host that was asked for the status. */
    String link(SandboxTask task, HttpServletRequest request) {
        String base =
                publicUrl.isEmpty()
                        ? ServletUriComponentsBuilder.fromContextPath(request).toUriString()
                        : publicUrl;
        return base + "/sandbox/media/" + task.media() + ".mp4";
    }
}
