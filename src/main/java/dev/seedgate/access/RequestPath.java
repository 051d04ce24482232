package dev.seedgate.access;

import jakarta.servlet.http.HttpServletRequest;

/** The path of a request within the application: as it was written, without the context path. */
final class RequestPath {

    private RequestPath() {}

    static String of(HttpServletRequest request) {
        return request.getRequestURI().substring(request.getContextPath().length());
    }
}
