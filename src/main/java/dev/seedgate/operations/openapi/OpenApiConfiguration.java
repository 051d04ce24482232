package dev.seedgate.operations.openapi;

import dev.seedgate.platform.values.IdempotencyKey;
import dev.seedgate.platform.values.ProjectName;
import dev.seedgate.platform.values.RequestId;
import io.swagger.v3.oas.models.Components;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.PathItem;
import io.swagger.v3.oas.models.headers.Header;
import io.swagger.v3.oas.models.info.Info;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.oas.models.parameters.HeaderParameter;
import io.swagger.v3.oas.models.parameters.Parameter;
import io.swagger.v3.oas.models.security.SecurityScheme;
import io.swagger.v3.oas.models.servers.Server;
import io.swagger.v3.oas.models.tags.Tag;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springdoc.core.customizers.GlobalOpenApiCustomizer;
import org.springdoc.core.utils.SpringDocUtils;
import org.springdoc.webmvc.api.OpenApiWebMvcResource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.boot.info.BuildProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.RequestEntity;

/** The configuration of the API's description: title, groups, and the parts that calls refer to. */
@Configuration(proxyBeanMethods = false)
class OpenApiConfiguration {

    private static final String FIRST_STEPS =
            """
            Seedgate stands in front of a paid video API. It gives each team its own keys and credits, and \
            keeps every job safe from the moment its id is returned.

            A client written for the video API works here once its base URL and key are changed. The first request:

            ```
            curl -X POST $GATEWAY/api/generate \\
              -H "Authorization: Bearer $TEAM_KEY" -H "Content-Type: application/json" \\
              -d '{"prompt":"A paper boat drifts down a rainy street","aspect_ratio":"16:9","duration":"5"}'
            ```

            It answers at once with a `task_id`. Ask `/api/status?task_id=…` for it until `status` is `SUCCESS` \
            (the clip's URLs are in `response`) or `FAILED` (the credits are given back).

            A refusal carries its HTTP status, an `error` to branch on and a `message` that says what to do. Where \
            `Retry-After` is set, wait so many seconds. Quote the `X-Request-Id` when you ask the operators.
            """;

    OpenApiConfiguration() {
        // Read by hand: the class says nothing of what is in the body.
        SpringDocUtils.getConfig().addRequestWrapperToIgnore(RequestEntity.class);
    }

    /**
     * The description, and with it springdoc, Swagger's model and a second Jackson, when first
     * asked for: a gateway that nobody asks has some five hundred classes fewer.
     */
    @Bean
    static BeanFactoryPostProcessor lazyDescription() {
        return factory -> {
            List<String> names =
                    Stream.of(factory.getBeanDefinitionNames())
                            .filter(name -> isOfTheDescription(factory.getType(name, false)))
                            .toList();
            names.forEach(name -> factory.getBeanDefinition(name).setLazyInit(true));
            // Some are asked for by nobody: they set up what is common to all when they are made.
            for (String asked :
                    factory.getBeanNamesForType(OpenApiWebMvcResource.class, true, false)) {
                factory.getBeanDefinition(asked)
                        .setDependsOn(
                                names.stream()
                                        .filter(name -> !name.equals(asked))
                                        .toArray(String[]::new));
            }
        };
    }

    private static boolean isOfTheDescription(@Nullable Class<?> type) {
        return type != null
                && Stream.of("org.springdoc.", "io.swagger.", "dev.seedgate.operations.openapi.")
                        .anyMatch(type.getName()::startsWith);
    }

    @Bean
    OpenAPI openApi(ObjectProvider<BuildProperties> build) {
        BuildProperties known = build.getIfAvailable();
        return new OpenAPI()
                .info(
                        new Info()
                                .title("Seedgate")
                                .version(known == null ? "development" : known.getVersion())
                                .description(FIRST_STEPS))
                .servers(List.of(new Server().url("/").description("This gateway")))
                .tags(
                        List.of(
                                tag(
                                        ApiGroup.MIRROR,
                                        "The video API's own paths, fields and envelope."),
                                tag(ApiGroup.TEAM, "What a team can ask beyond that."),
                                tag(
                                        ApiGroup.ADMIN,
                                        "Teams, keys and credits. Errors are problem details (RFC 9457).")))
                .components(components());
    }

    /** In a request, a field that can be null can be left out as well. */
    @Bean
    GlobalOpenApiCustomizer absentIsNull() {
        return description ->
                description.getPaths().values().stream()
                        .flatMap(OpenApiConfiguration::bodies)
                        .forEach(name ->
                                leaveOut(description.getComponents().getSchemas().get(name)));
    }

    /** What the admin API does not know it refuses; the mirror ignores it, as the vendor does. */
    @Bean
    GlobalOpenApiCustomizer unknownIsRefused() {
        return description ->
                description.getPaths().entrySet().stream()
                        .filter(path ->
                                path.getKey().startsWith("/admin/")
                                        || path.getKey().startsWith("/api/webhooks"))
                        .flatMap(path -> bodies(path.getValue()))
                        .map(name -> description.getComponents().getSchemas().get(name))
                        .filter(Objects::nonNull)
                        .forEach(schema -> schema.setAdditionalProperties(false));
    }

    /** The names of the schemas of a path's request bodies. */
    private static Stream<String> bodies(PathItem path) {
        return path.readOperations().stream()
                .map(Operation::getRequestBody)
                .filter(Objects::nonNull)
                .flatMap(body -> body.getContent().values().stream())
                .map(content -> content.getSchema().get$ref())
                .filter(Objects::nonNull)
                .map(ref -> ref.substring(ref.lastIndexOf('/') + 1));
    }

    private static void leaveOut(@Nullable Schema<?> request) {
        if (request == null || request.getRequired() == null) {
            return;
        }
        List<String> required = new ArrayList<>(request.getRequired());
        request.getProperties()
                .forEach((name, property) -> {
                    if (property.getTypes() != null && property.getTypes().contains("null")) {
                        required.remove(name);
                    }
                });
        request.setRequired(required);
    }

    private static Tag tag(ApiGroup group, String description) {
        return new Tag().name(group.tag()).description(description);
    }

    private static Components components() {
        Components components = new Components();
        components.addSecuritySchemes(
                ApiGroup.TEAM_KEY, bearer("A team's key, `sg_…`, from an admin."));
        components.addSecuritySchemes(ApiGroup.ADMIN_KEY, bearer("An admin key."));
        components.addParameters(
                "Idempotency-Key",
                header(
                        "Idempotency-Key",
                        "A name for this request, unique within the team. Sent again with the same body it answers as the first time and charges nothing. Kept for at least 24 hours.",
                        "^" + IdempotencyKey.FORM + "$"));
        components.addParameters(
                "X-Project",
                header(
                        "X-Project",
                        "What the cost is for; without it, the key's default project.",
                        "^" + ProjectName.FORM + "$"));
        components.addParameters(
                "Prefer",
                new HeaderParameter()
                        .name("Prefer")
                        .description(
                                "`wait=N` (RFC 7240): answer when the task has ended, or after N seconds. More than 60 are taken for 60; what is malformed is ignored.")
                        .schema(SharedSchemas.string())
                        .example("wait=60"));
        components.addParameters(
                "X-Callback-Url",
                header(
                        "X-Callback-Url",
                        "A URL that is told of this task's end, besides the team's webhooks; its host must be on the team's list. Signed like those.",
                        "^[!-~]{1,2048}$"));
        components.addHeaders(
                RequestId.HEADER,
                answer("string", "The name of this request, as the operators find it."));
        components.addHeaders(
                "Retry-After", answer("integer", "Whole seconds to wait before the next try."));
        components.addHeaders("WWW-Authenticate", answer("string", "Always `Bearer`."));
        components.addHeaders(
                "X-Credits-Charged", answer("integer", "What the team was charged, in credits."));
        components.addHeaders(
                "X-Credits-Remaining",
                answer(
                        "integer",
                        "What the team has left; absent when it has no quota, and on a replay."));
        components.addHeaders(
                "X-Limit-Exceeded",
                answer(
                        "string",
                        "The limit of the team that this create went beyond; only where limits report instead of refusing."));
        components.addHeaders(
                "X-Ignored-Fields",
                answer(
                        "string",
                        "The names of the body's fields that are no part of an order and were ignored, with commas between; absent when there are none. At most 20, each at most 40 characters."));
        components.addHeaders(
                "Idempotent-Replayed", answer("string", "`true` on a replay, else absent."));
        components.addHeaders(
                "Preference-Applied",
                answer(
                        "string",
                        "`wait=N` when the answer waited for the task's end, N seconds at most; absent when nobody asked for it, or too many wait."));
        components.addSchemas("TaskId", SharedSchemas.taskId());
        components.addSchemas("UsageRow", SharedSchemas.usageRow());
        components.addSchemas("Error", SharedSchemas.envelope());
        components.addSchemas("Problem", SharedSchemas.problem());
        return components;
    }

    private static SecurityScheme bearer(String description) {
        return new SecurityScheme()
                .type(SecurityScheme.Type.HTTP)
                .scheme("bearer")
                .description(description);
    }

    private static Parameter header(String name, String description, String pattern) {
        return new HeaderParameter()
                .name(name)
                .description(description)
                .schema(SharedSchemas.string().pattern(pattern));
    }

    private static Header answer(String type, String description) {
        Schema<?> schema = SharedSchemas.of(type);
        return new Header().description(description).schema(schema);
    }
}
