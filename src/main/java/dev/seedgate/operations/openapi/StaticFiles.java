package dev.seedgate.operations.openapi;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.springdoc.webmvc.api.OpenApiWebMvcResource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.http.MediaType;
import org.springframework.http.MediaTypeFactory;
import org.springframework.web.HttpRequestHandler;
import org.springframework.web.servlet.handler.SimpleUrlHandlerMapping;

/** The handlers of static files: the API's description, Swagger UI, the console's files. */
@Configuration(proxyBeanMethods = false)
class StaticFiles {

    private static final String OURS = "/static/";
    private static final String SWAGGER = "/swagger-ui";
    private static final String WEBJARS = "classpath*:/META-INF/resources/webjars/";

    /** What its page asks for; what starts it is ours, for it says where the description is. */
    private static final List<String> SWAGGER_FILES =
            List.of(
                    "index.html",
                    "index.css",
                    "favicon-16x16.png",
                    "favicon-32x32.png",
                    "swagger-ui.css",
                    "swagger-ui-bundle.js",
                    "swagger-ui-standalone-preset.js");

    /** The console's libraries, by the names that its pages ask for. */
    private static final Map<String, String> LIBRARIES =
            Map.of("htmx.js", "htmx.org/*/dist/htmx.min.js");

    /** Before springdoc's own answers, which keep a description for every language asked for. */
    @Bean
    SimpleUrlHandlerMapping publicFilesMapping(ObjectProvider<OpenApiWebMvcResource> description)
            throws IOException {
        Map<String, HttpRequestHandler> files = new TreeMap<>();
        PathMatchingResourcePatternResolver resources = new PathMatchingResourcePatternResolver();
        for (String name : SWAGGER_FILES) {
            for (Resource resource : resources.getResources(WEBJARS + "swagger-ui/*/" + name)) {
                files.put(SWAGGER + "/" + name, file(resource));
            }
        }
        for (Map.Entry<String, String> library : LIBRARIES.entrySet()) {
            for (Resource resource : resources.getResources(WEBJARS + library.getValue())) {
                files.put("/console/" + library.getKey(), file(resource));
            }
        }
        for (Resource resource : resources.getResources("classpath*:" + OURS + "**/*.*")) {
            String url = resource.getURL().toString();
            files.put(url.substring(url.lastIndexOf(OURS) + OURS.length() - 1), file(resource));
        }
        HttpRequestHandler toPage =
                (request, response) ->
                        response.sendRedirect(request.getContextPath() + SWAGGER + "/index.html");
        files.put(SWAGGER, toPage);
        files.put(SWAGGER + "/", toPage);
        files.put(
                "/v3/api-docs",
                new StaticFile(
                        MediaType.APPLICATION_JSON,
                        first ->
                                description
                                        .getObject()
                                        .openapiJson(first, "/v3/api-docs", Locale.ENGLISH)));
        files.put(
                "/v3/api-docs.yaml",
                new StaticFile(
                        MediaType.APPLICATION_YAML,
                        first ->
                                description
                                        .getObject()
                                        .openapiYaml(first, "/v3/api-docs", Locale.ENGLISH)));
        SimpleUrlHandlerMapping mapping = new SimpleUrlHandlerMapping(files);
        mapping.setOrder(Ordered.HIGHEST_PRECEDENCE);
        return mapping;
    }

    private static StaticFile file(Resource resource) {
        MediaType type =
                MediaTypeFactory.getMediaType(resource).orElse(MediaType.APPLICATION_OCTET_STREAM);
        return new StaticFile(type, _ -> resource.getContentAsByteArray());
    }
}
