package dev.seedgate.task.order;

import dev.seedgate.task.lifecycle.GenerationSettings;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.media.JsonSchema;
import io.swagger.v3.oas.models.media.Schema;
import java.util.List;
import org.springdoc.core.customizers.GlobalOpenApiCustomizer;
import org.springframework.stereotype.Component;

/**
 * The schemas of the bodies that are read by hand: the rules of {@link OrderParser}, as the API's
 * description tells them.
 */
@Component
public class OrderSchema implements GlobalOpenApiCustomizer {

    static final String NAME = "#/components/schemas/Order";
    public static final String QUESTION = "#/components/schemas/TaskQuestion";

    private final int maxImageUrls;

    OrderSchema(GenerationSettings settings) {
        maxImageUrls = settings.maxImageUrls();
    }

    @Override
    public void customise(OpenAPI description) {
        description.getComponents().addSchemas("Order", order());
        Schema<?> question = of("object");
        question.addProperty("task_id", new JsonSchema().$ref("#/components/schemas/TaskId"));
        description.getComponents().addSchemas("TaskQuestion", question);
    }

    private Schema<?> order() {
        Schema<?> order =
                of("object")
                        .description(
                                "Null stands for absent in every field. Unknown fields are ignored.");
        order.addProperty("prompt", prompt());
        order.addProperty("aspect_ratio", aspectRatio());
        order.addProperty("duration", duration());
        order.addProperty("sound", sound());
        order.addProperty("image_urls", imageUrls());
        order.setRequired(List.of("prompt", "duration"));
        return order;
    }

    private static Schema<?> prompt() {
        return of("string")
                .description(
                        "What is to be seen: 1 to 1000 characters after white space at both ends is cut off. No control characters but newline and tab.")
                .minLength(1)
                .maxLength(OrderParser.LONGEST_PROMPT)
                .example("A paper boat drifts down a rainy street");
    }

    private static Schema<?> aspectRatio() {
        return of("string", "null")
                .description(
                        "16:9, 9:16 or 1:1; required without image_urls. With them any other value, or none, becomes 16:9.")
                .example("16:9");
    }

    private static Schema<?> duration() {
        Schema<Object> duration = of("string", "integer");
        duration.setEnum(List.of("5", "10", 5, 10));
        return duration.description("Seconds; the numbers are taken too.").example("5");
    }

    private static Schema<?> sound() {
        Schema<Object> sound = of("boolean", "null");
        sound.setDefault(false);
        return sound.description("Whether the clip has sound, which costs more.").example(false);
    }

    private Schema<?> imageUrls() {
        Schema<?> url = of("string").format("uri").maxLength(OrderParser.LONGEST_URL);
        // The example is none: what is tried out must not name pictures that aren't there.
        return of("array", "null")
                .items(url.pattern("^[Hh][Tt][Tt][Pp][Ss]?://[^/?#@]+([/?#].*)?$"))
                .maxItems(maxImageUrls)
                .example(List.of())
                .description(
                        "Pictures to start from: absolute http(s) URLs with a host and without user info. An empty array is the same as none. The gateway does not fetch them.");
    }

    private static Schema<Object> of(String... types) {
        Schema<Object> schema = new JsonSchema();
        List.of(types).forEach(schema::addType);
        return schema;
    }
}
