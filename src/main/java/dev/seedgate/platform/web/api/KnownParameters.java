package dev.seedgate.platform.web.api;

import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.values.NearestName;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.core.MethodParameter;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerInterceptor;

/**
 * Interceptor that refuses what a call of the admin API does not know: a query parameter that its
 * method does not declare, and a body where it takes none. Ignored, a misspelt filter would mean
 * all. Unknown fields of a body are refused where it is read.
 */
class KnownParameters implements HandlerInterceptor {

    private final Map<HandlerMethod, Input> known = new ConcurrentHashMap<>();

    @Override
    public boolean preHandle(
            HttpServletRequest request, HttpServletResponse response, Object handler) {
        if (handler instanceof HandlerMethod method) {
            Input input = known.computeIfAbsent(method, KnownParameters::input);
            // Sorted, so that the same one of several is named each time.
            for (String name : new TreeSet<>(request.getParameterMap().keySet())) {
                if (!input.parameters().contains(name)) {
                    throw invalid(NearestName.hint("parameter", name, input.parameters()));
                }
            }
            if (!input.body() && request.getContentLengthLong() > 0) {
                throw invalid("This call takes no body; leave it out.");
            }
        }
        return true;
    }

    private static Input input(HandlerMethod method) {
        MethodParameter[] all = method.getMethodParameters();
        return new Input(
                Arrays.stream(all)
                        .filter(it -> it.hasParameterAnnotation(RequestParam.class))
                        .map(KnownParameters::name)
                        .toList(),
                Arrays.stream(all).anyMatch(it -> it.hasParameterAnnotation(RequestBody.class)));
    }

    private static String name(MethodParameter parameter) {
        String name =
                Objects.requireNonNull(parameter.getParameterAnnotation(RequestParam.class)).name();
        return name.isEmpty() ? Objects.requireNonNull(parameter.getParameter().getName()) : name;
    }

    private static ApiException invalid(String message) {
        return new ApiException(ErrorCode.INVALID_REQUEST, message);
    }

    /** What a method takes. */
    private record Input(List<String> parameters, boolean body) {}
}
