package dev.seedgate.task.clip;

import dev.seedgate.access.team.TeamScope;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.values.TaskId;
import io.swagger.v3.oas.annotations.Hidden;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Controller of the links to clips, open to whoever has one. */
@Hidden
@RestController
class LinkedClipController {

    private final ClipDelivery delivery;
    private final ClipQueries queries;
    private final ClipLinks links;

    LinkedClipController(ClipDelivery delivery, ClipQueries queries, ClipLinks links) {
        this.delivery = delivery;
        this.queries = queries;
        this.links = links;
    }

    @GetMapping("/clips/{id}")
    void clip(
            @PathVariable String id,
            @RequestParam(required = false) @Nullable String expires,
            @RequestParam(required = false) @Nullable String signature,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        TaskId task = TaskId.parse(id).orElseThrow(LinkedClipController::refused);
        long until = seconds(expires);
        if (signature == null
                || !links.isGenuine(task, until, signature)
                || queries.isOver(until)) {
            throw refused();
        }
        // Whoever has the link may have the clip.
        delivery.send(task, TeamScope.ALL, request, response);
    }

    private static long seconds(@Nullable String text) {
        try {
            return Long.parseLong(text == null ? "" : text);
        } catch (NumberFormatException e) {
            throw refused();
        }
    }

    /** One text, whatever is wrong with it. */
    private static ApiException refused() {
        return new ApiException(
                ErrorCode.NOT_FOUND,
                "This link to a clip is over or was never made. Make a new one.");
    }
}
