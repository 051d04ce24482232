package dev.seedgate.platform.web.api;

import dev.seedgate.platform.values.ErrorCode;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** Writer of an error as a page for people; implemented by the room that has pages. */
public interface HtmlErrorPage {

    /** Whether the request is for a page of theirs. */
    boolean isFor(HttpServletRequest request);

    /** Writes it; status and headers are set. */
    void write(
            HttpServletRequest request,
            HttpServletResponse response,
            ErrorCode code,
            String message,
            String requestId)
            throws IOException;
}
