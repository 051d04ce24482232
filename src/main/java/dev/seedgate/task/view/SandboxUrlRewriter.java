package dev.seedgate.task.view;

import dev.seedgate.platform.web.edge.PublicUrl;
import dev.seedgate.vendor.client.Vendor;
import java.net.URI;
import java.util.List;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;

/**
 * The rewriter of the sandbox's media URLs to the host that the client reached. The sandbox was
 * asked over loopback and can't know how clients reach this process; the request at hand does,
 * unless a public URL is set. A real vendor's URLs are never touched.
 */
@Component
public class SandboxUrlRewriter {

    private final boolean rewrites;

    SandboxUrlRewriter(Vendor vendor, PublicUrl publicUrl) {
        rewrites = vendor.isSandbox() && !publicUrl.isSet();
    }

    public TaskStatus rewrite(TaskStatus status) {
        List<String> links = status.response();
        if (!rewrites || links == null) {
            return status;
        }
        return status.with(links.stream().map(SandboxUrlRewriter::onThisHost).toList());
    }

    private static String onThisHost(String link) {
        return ServletUriComponentsBuilder.fromCurrentContextPath()
                .path(URI.create(link).getPath())
                .toUriString();
    }
}
