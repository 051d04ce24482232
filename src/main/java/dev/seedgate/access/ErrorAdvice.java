package dev.seedgate.access;

import static org.springframework.jdbc.support.JdbcUtils.convertPropertyNameToUnderscoreName;

import dev.seedgate.shared.ErrorCode;
import dev.seedgate.shared.GatewayException;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;
import java.util.stream.Collectors;
import org.apache.tomcat.util.http.InvalidParameterException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.NonTransientDataAccessException;
import org.springframework.dao.NonTransientDataAccessResourceException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.orm.jpa.JpaSystemException;
import org.springframework.transaction.TransactionException;
import org.springframework.web.ErrorResponse;
import org.springframework.web.bind.MethodArgumentNotValidException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.async.AsyncRequestNotUsableException;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;
import tools.jackson.core.JacksonException;

/** Turns whatever a request died of into a refusal of the contract. Nothing of the inside leaks. */
@RestControllerAdvice
class ErrorAdvice {

    private static final Logger log = LoggerFactory.getLogger(ErrorAdvice.class);

    private final Refusals refusals;

    ErrorAdvice(Refusals refusals) {
        this.refusals = refusals;
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
        refusals.write(request, response, explain(problem, request));
    }

    private static GatewayException explain(Exception problem, HttpServletRequest request) {
        return switch (problem) {
            case GatewayException refusal -> refusal;
            case HttpMessageNotReadableException unreadable -> unreadable(unreadable);
            case MethodArgumentNotValidException invalid -> invalid(invalid);
            case MethodArgumentTypeMismatchException mismatch ->
                    invalid(mismatch.getName() + " has the wrong form.");
            case InvalidParameterException _ ->
                    invalid("The query is not made of percent-encoded UTF-8.");
            case ErrorResponse answer -> byStatus(answer.getStatusCode().value(), request);
            // Not reached, or lost: of the kinds that don't pass by themselves this one does.
            case NonTransientDataAccessResourceException _ -> away(problem);
            // So is it when not even the rollback got through; this hides what failed before.
            case JpaSystemException failed
                    when failed.getCause() instanceof org.hibernate.TransactionException ->
                    away(problem);
            // Only a client brings such a character as far as the database.
            case NonTransientDataAccessException odd
                    when odd.getMostSpecificCause() instanceof SQLException cause
                            && "22021".equals(cause.getSQLState()) ->
                    invalid("The request holds a NUL character.");
            case NonTransientDataAccessException _ -> defect(problem);
            case DataAccessException _, TransactionException _ -> away(problem);
            default -> defect(problem);
        };
    }

    static GatewayException byStatus(int status, HttpServletRequest request) {
        return switch (status) {
            case 404 -> new GatewayException(ErrorCode.NOT_FOUND, "There is nothing at this path.");
            case 405 ->
                    new GatewayException(
                            ErrorCode.METHOD_NOT_ALLOWED,
                            method(request) + " is not possible at this path.");
            case 406 ->
                    new GatewayException(
                            ErrorCode.NOT_ACCEPTABLE, "Answers are application/json; accept that.");
            case 413 ->
                    new GatewayException(ErrorCode.PAYLOAD_TOO_LARGE, "The request is too large.");
            case 415 ->
                    new GatewayException(
                            ErrorCode.UNSUPPORTED_MEDIA_TYPE,
                            "Send the body as Content-Type: application/json.");
            case 503 -> databaseAway();
            default ->
                    status < 500
                            ? invalid("The request is malformed.")
                            : new GatewayException(
                                    ErrorCode.INTERNAL_ERROR,
                                    "Something went wrong here. Report the request_id to the operators.");
        };
    }

    /** What was asked for: on its way to the error page the request is a GET. */
    private static String method(HttpServletRequest request) {
        Object asked = request.getAttribute(RequestDispatcher.ERROR_METHOD);
        return asked == null ? request.getMethod() : asked.toString();
    }

    static GatewayException databaseAway() {
        return new GatewayException(
                ErrorCode.OVERLOADED,
                "The gateway is overloaded or its database is away; nothing was charged. Try again.",
                Duration.ofSeconds(1));
    }

    private static GatewayException away(Exception problem) {
        log.warn("database: {}", problem.toString());
        return databaseAway();
    }

    private static GatewayException defect(Exception problem) {
        log.error("unexpected", problem);
        return new GatewayException(
                ErrorCode.INTERNAL_ERROR,
                "Something went wrong here. Report the request_id to the operators.");
    }

    private static GatewayException unreadable(HttpMessageNotReadableException problem) {
        if (problem.getCause() instanceof JacksonException mismatch
                && !mismatch.getPath().isEmpty()) {
            String field =
                    mismatch.getPath().stream()
                            .map(
                                    part ->
                                            Objects.toString(
                                                    part.getPropertyName(),
                                                    "[" + part.getIndex() + "]"))
                            .collect(Collectors.joining("."));
            return invalid(field + " has the wrong type or form.");
        }
        return invalid("The body is missing or not valid JSON.");
    }

    private static GatewayException invalid(MethodArgumentNotValidException problem) {
        return invalid(
                problem.getBindingResult().getFieldErrors().stream()
                        // It names the Java field; clients know it in snake case.
                        .map(
                                error ->
                                        convertPropertyNameToUnderscoreName(error.getField())
                                                + " "
                                                + error.getDefaultMessage())
                        .sorted()
                        .collect(Collectors.joining("; ", "", ".")));
    }

    private static GatewayException invalid(String message) {
        return new GatewayException(ErrorCode.INVALID_REQUEST, message);
    }

    private static void copyAllow(ErrorResponse answer, HttpServletResponse response) {
        String allow = answer.getHeaders().getFirst(HttpHeaders.ALLOW);
        if (allow != null) {
            response.setHeader(HttpHeaders.ALLOW, allow);
        }
    }
}
