package dev.seedgate.platform.web.api;

import static org.springframework.jdbc.support.JdbcUtils.convertPropertyNameToUnderscoreName;

import dev.seedgate.platform.database.DatabaseFault;
import dev.seedgate.platform.database.ShareExceededException;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.util.stream.Collectors;
import org.apache.tomcat.util.http.InvalidParameterException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.http.HttpHeaders;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.security.web.firewall.RequestRejectedException;
import org.springframework.web.ErrorResponse;
import org.springframework.web.bind.MethodArgumentNotValidException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.async.AsyncRequestNotUsableException;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;
import tools.jackson.core.JacksonException;

/**
 * Exception handler of all controllers: answers with an error of the contract and nothing internal.
 */
@RestControllerAdvice
public class ApiExceptionHandler {

    private static final Logger log = LoggerFactory.getLogger(ApiExceptionHandler.class);

    private static final String NUL_CHARACTER = "22021";

    private final ErrorResponseWriter errors;

    ApiExceptionHandler(ErrorResponseWriter errors) {
        this.errors = errors;
    }

    @ExceptionHandler
    void refuse(Exception problem, HttpServletRequest request, HttpServletResponse response)
            throws Exception {
        if (problem instanceof AsyncRequestNotUsableException) {
            // The client is gone; there is nobody to tell.
            return;
        }
        if (response.isCommitted()) {
            // Half an answer must not look like a whole one: the server then drops the connection.
            throw problem;
        }
        if (problem instanceof ErrorResponse answer) {
            copyAllow(answer, response);
        }
        errors.write(request, response, explain(problem, request));
    }

    public static ApiException explain(Exception problem, HttpServletRequest request) {
        return switch (problem) {
            case ApiException refusal -> refusal;
            case HttpMessageNotReadableException unreadable -> unreadable(unreadable);
            case MethodArgumentNotValidException invalid -> invalid(invalid);
            case MethodArgumentTypeMismatchException mismatch ->
                    invalid(mismatch.getName() + " " + rule(mismatch) + ".");
            case InvalidParameterException _ ->
                    invalid("The query is not made of percent-encoded UTF-8.");
            // Of a parameter's name: the firewall looks at those only when somebody asks for them.
            case RequestRejectedException _ -> invalid("The query has a name that is not allowed.");
            case ErrorResponse answer -> byStatus(answer.getStatusCode().value(), request);
            default -> byFault(problem);
        };
    }

    private static ApiException byFault(Exception problem) {
        if (DatabaseFault.of(problem) == DatabaseFault.AWAY) {
            return away(problem);
        }
        // Only a client brings such a character as far as the database.
        return DatabaseFault.state(problem).equals(NUL_CHARACTER)
                ? invalid("The request holds a NUL character.")
                : defect(problem);
    }

    static ApiException byStatus(int status, HttpServletRequest request) {
        return switch (status) {
            case 404 -> new ApiException(ErrorCode.NOT_FOUND, "There is nothing at this path.");
            case 405 ->
                    new ApiException(
                            ErrorCode.METHOD_NOT_ALLOWED,
                            method(request) + " is not possible at this path.");
            case 406 ->
                    new ApiException(
                            ErrorCode.NOT_ACCEPTABLE, "Answers are application/json; accept that.");
            case 413 -> new ApiException(ErrorCode.PAYLOAD_TOO_LARGE, "The request is too large.");
            case 415 ->
                    new ApiException(
                            ErrorCode.UNSUPPORTED_MEDIA_TYPE,
                            "Send the body as Content-Type: application/json.");
            case 503 -> databaseAway();
            default ->
                    status < 500
                            ? invalid("The request is malformed.")
                            : new ApiException(
                                    ErrorCode.INTERNAL_ERROR,
                                    "Something went wrong here. Report the request_id to the operators.");
        };
    }

    /** What was asked for: on its way to the error page the request is a GET. */
    private static String method(HttpServletRequest request) {
        Object asked = request.getAttribute(RequestDispatcher.ERROR_METHOD);
        return asked == null ? request.getMethod() : asked.toString();
    }

    private static ApiException databaseAway() {
        return new ApiException(
                ErrorCode.OVERLOADED,
                "The gateway is overloaded or its database is away; nothing was charged. Try again.",
                Duration.ofSeconds(1));
    }

    private static ApiException away(Exception problem) {
        if (NestedExceptionUtils.getMostSpecificCause(problem) instanceof ShareExceededException) {
            // A flood must not flood the log too; seedgate_database_refused_total counts it.
            log.debug("database: {}", problem.toString());
            return new ApiException(
                    ErrorCode.OVERLOADED,
                    "Your team has more calls under way than its share of this gateway; nothing was charged. Make fewer at once, and try again.",
                    Duration.ofSeconds(1));
        }
        log.warn("database: {}", problem.toString());
        return databaseAway();
    }

    private static ApiException defect(Exception problem) {
        log.error("unexpected", problem);
        return new ApiException(
                ErrorCode.INTERNAL_ERROR,
                "Something went wrong here. Report the request_id to the operators.");
    }

    private static ApiException unreadable(HttpMessageNotReadableException problem) {
        if (problem.getCause() instanceof JacksonException mismatch) {
            return JsonMismatch.of(mismatch);
        }
        return invalid("The body is missing or not valid JSON.");
    }

    private static String rule(MethodArgumentTypeMismatchException mismatch) {
        Class<?> type = mismatch.getRequiredType();
        return type == null ? "has the wrong form" : JsonMismatch.rule(type);
    }

    private static ApiException invalid(MethodArgumentNotValidException problem) {
        return invalid(
                problem.getBindingResult().getFieldErrors().stream()
                        // It names the Java field; clients know it in snake case.
                        .map(error ->
                                convertPropertyNameToUnderscoreName(error.getField())
                                        + " "
                                        + error.getDefaultMessage())
                        .sorted()
                        .collect(Collectors.joining("; ", "", ".")));
    }

    private static ApiException invalid(String message) {
        return new ApiException(ErrorCode.INVALID_REQUEST, message);
    }

    private static void copyAllow(ErrorResponse answer, HttpServletResponse response) {
        String allow = answer.getHeaders().getFirst(HttpHeaders.ALLOW);
        if (allow != null) {
            response.setHeader(HttpHeaders.ALLOW, allow);
        }
    }
}
