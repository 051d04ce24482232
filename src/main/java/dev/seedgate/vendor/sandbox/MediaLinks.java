package dev.seedgate.vendor.sandbox;

import dev.seedgate.platform.web.edge.PublicUrl;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;

/** Builder of the URLs that clips are served at. */
@SandboxOnly
@Component
class MediaLinks {

    private final PublicUrl publicUrl;

    MediaLinks(PublicUrl publicUrl) {
        this.publicUrl = publicUrl;
    }

    /** Absolute; without a public address, on the host that was asked for the status. */
    String link(SandboxTask task, HttpServletRequest request) {
        String base =
                publicUrl.isSet()
                        ? publicUrl.base()
                        : ServletUriComponentsBuilder.fromContextPath(request).toUriString();
        return base + "/sandbox/media/" + task.media() + ".mp4";
    }
}
