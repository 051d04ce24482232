package dev.seedgate.platform.web.api;

import jakarta.servlet.http.HttpServletRequest;

/** The path of a request within the application: as it was written, without the context path. */
public final class RequestPath {

    private RequestPath() {}

    public static String of(HttpServletRequest request) {
        return request.getRequestURI().substring(request.getContextPath().length());
    }
}
