package dev.seedgate.vendor.sandbox;

import dev.seedgate.platform.web.edge.PublicUrl;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;

/** Where the clips are to be had. */
@SandboxOnly
@Component
class MediaLinks {

    private final PublicUrl publicUrl;

    MediaLinks(PublicUrl publicUrl) {
        this.publicUrl = publicUrl;
    }

    /** Absolute; without a public address, on the host that was asked for the status. */
    String link(SandboxTask render, HttpServletRequest request) {
        String base =
                publicUrl.isSet()
                        ? publicUrl.base()
                        : ServletUriComponentsBuilder.fromContextPath(request).toUriString();
        return base + "/sandbox/media/" + render.media() + ".mp4";
    }
}
