package dev.seedgate.operations.openapi;

import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.values.RequestId;
import dev.seedgate.platform.web.api.FailsWith;
import io.swagger.v3.oas.annotations.tags.Tag;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.headers.Header;
import io.swagger.v3.oas.models.media.Content;
import io.swagger.v3.oas.models.media.MediaType;
import io.swagger.v3.oas.models.responses.ApiResponse;
import io.swagger.v3.oas.models.security.SecurityRequirement;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.springdoc.core.customizers.GlobalOperationCustomizer;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.stereotype.Component;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.method.HandlerMethod;

/**
 * The customizer that adds to every call what all calls of its group have: its key, its tag, and
 * the refusals that any of them can meet.
 */
@Component
class CommonResponses implements GlobalOperationCustomizer {

    private static final Set<ErrorCode> ALWAYS =
            EnumSet.of(
                    ErrorCode.INVALID_REQUEST,
                    ErrorCode.INVALID_API_KEY,
                    ErrorCode.FORBIDDEN,
                    ErrorCode.RATE_LIMITED,
                    ErrorCode.NOT_ACCEPTABLE,
                    // A body that a call does not want is looked at all the same.
                    ErrorCode.PAYLOAD_TOO_LARGE,
                    ErrorCode.UNSUPPORTED_MEDIA_TYPE,
                    ErrorCode.INTERNAL_ERROR,
                    ErrorCode.OVERLOADED);
    private static final List<String> NO_FIELDS = List.of("text/csv", "text/event-stream");
    private static final Set<Integer> WORTH_WAITING = Set.of(409, 429, 503);

    @Override
    public Operation customize(Operation operation, HandlerMethod handler) {
        ApiGroup group = group(handler);
        operation.setTags(List.of(group.tag()));
        operation.setSecurity(List.of(new SecurityRequirement().addList(group.key())));
        operation.getResponses().values().forEach(CommonResponses::success);
        refusals(handler)
                .forEach((status, codes) ->
                        operation
                                .getResponses()
                                .addApiResponse(
                                        String.valueOf(status), refusal(group, status, codes)));
        return operation;
    }

    private static ApiGroup group(HandlerMethod handler) {
        Tag tag = handler.getBeanType().getAnnotation(Tag.class);
        if (tag != null && tag.name().equals(ApiGroup.MIRROR.tag())) {
            return ApiGroup.MIRROR;
        }
        RequestMapping mapping =
                AnnotatedElementUtils.findMergedAnnotation(
                        handler.getBeanType(), RequestMapping.class);
        boolean admin =
                mapping != null
                        && mapping.path().length > 0
                        && mapping.path()[0].startsWith("/admin/");
        return admin ? ApiGroup.ADMIN : ApiGroup.TEAM;
    }

    /** By status, in order. */
    private static Map<Integer, List<ErrorCode>> refusals(HandlerMethod handler) {
        Set<ErrorCode> codes = EnumSet.copyOf(ALWAYS);
        FailsWith particular = handler.getMethodAnnotation(FailsWith.class);
        if (particular != null) {
            codes.addAll(List.of(particular.value()));
        }
        return codes.stream()
                .collect(
                        Collectors.groupingBy(
                                ErrorCode::status,
                                TreeMap::new,
                                Collectors.toCollection(ArrayList::new)));
    }

    private static ApiResponse refusal(ApiGroup group, int status, List<ErrorCode> codes) {
        MediaType body =
                new MediaType()
                        .schema(SharedSchemas.refusal(group, status, codes))
                        .example(SharedSchemas.example(group, codes.getFirst()));
        String type = group == ApiGroup.ADMIN ? "application/problem+json" : "application/json";
        ApiResponse response =
                new ApiResponse()
                        .description(meaning(status) + " " + listing(codes))
                        .content(new Content().addMediaType(type, body));
        nameRequest(response);
        if (WORTH_WAITING.contains(status)) {
            addHeader(response, "Retry-After");
        }
        if (status == 401) {
            addHeader(response, "WWW-Authenticate");
        }
        return response;
    }

    /**
     * A header that is referred to has a style of its own; beside a reference it would be no valid
     * OpenAPI. And a report that is wanted as CSV, or a stream, has no fields.
     */
    private static void success(ApiResponse response) {
        if (response.getHeaders() != null) {
            response.getHeaders().values().forEach(header -> header.setStyle(null));
        }
        if (response.getContent() != null) {
            for (String text : NO_FIELDS) {
                response.getContent()
                        .computeIfPresent(
                                text, (_, _) -> new MediaType().schema(SharedSchemas.string()));
            }
        }
        nameRequest(response);
    }

    private static void nameRequest(ApiResponse response) {
        addHeader(response, RequestId.HEADER);
    }

    private static void addHeader(ApiResponse response, String name) {
        response.addHeaderObject(name, new Header().$ref("#/components/headers/" + name));
    }

    private static String listing(List<ErrorCode> codes) {
        return codes.stream().map(code -> "`" + code + "`").collect(Collectors.joining(", "));
    }

    private static String meaning(int status) {
        return switch (status) {
            case 400 -> "Bad input; the message names the field and the rule.";
            case 401 -> "The key is missing, malformed, unknown, revoked or expired.";
            case 402 -> "The team's own credits don't suffice; the message says when they renew.";
            case 403 ->
                    "The key lacks the scope or role or is suspended, or the team is suspended.";
            case 404 -> "There is no such thing, or it is another team's.";
            case 406 -> "Answers are JSON; accept that.";
            case 409 -> "It does not fit the present state.";
            case 412 -> "It was changed meanwhile; read it again.";
            case 413 -> "The body is larger than is taken.";
            case 415 -> "The body is not JSON in UTF-8, or it is compressed.";
            case 416 -> "It has no such part.";
            case 422 -> "It does not fit what the gateway knows; the message says what.";
            case 429 -> "Too many at once or too fast; the message says whose limit it is.";
            case 500 -> "A defect of the gateway.";
            case 503 -> "Not now; nothing was charged unless the error is OUTCOME_UNKNOWN.";
            default -> "Refused.";
        };
    }
}
