package dev.seedgate.operations.openapi;

import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.media.Schema;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springdoc.core.customizers.GlobalOpenApiCustomizer;
import org.springframework.core.io.ClassPathResource;
import org.springframework.stereotype.Component;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * The sentence and the example of every field in the API's description, from {@code
 * openapi/fields.json}: by schema and field, else by the field under {@code *}, for most mean the
 * same wherever they stand. What a field says of itself in the code goes before.
 */
@Component
class FieldDescriptions implements GlobalOpenApiCustomizer {

    private static final String EVERYWHERE = "*";

    @Override
    @SuppressWarnings({"rawtypes", "unchecked"}) // swagger-core's own types
    public void customise(OpenAPI description) {
        Map<String, Map<String, List<Object>>> texts = texts();
        description
                .getComponents()
                .getSchemas()
                .forEach((name, schema) -> {
                    Map<String, Schema> fields = schema.getProperties();
                    if (fields != null) {
                        fields.forEach((field, form) -> describe(form, text(texts, name, field)));
                    }
                });
    }

    private static void describe(Schema<?> field, @Nullable List<Object> text) {
        if (text == null) {
            return;
        }
        if (field.getDescription() == null) {
            field.setDescription(String.valueOf(text.getFirst()));
        }
        if (text.size() > 1 && field.getExample() == null && field.get$ref() == null) {
            field.setExample(text.getLast());
        }
    }

    private static @Nullable List<Object> text(
            Map<String, Map<String, List<Object>>> texts, String schema, String field) {
        List<Object> particular = texts.getOrDefault(schema, Map.of()).get(field);
        return particular == null
                ? texts.getOrDefault(EVERYWHERE, Map.of()).get(field)
                : particular;
    }

    /** Every {@code schema.field} that there is a text for. */
    static Set<String> named() {
        Set<String> named = new HashSet<>();
        texts().forEach((schema, fields) ->
                fields.keySet().forEach(field -> named.add(schema + "." + field)));
        return named;
    }

    /**
     * By schema, then field: the sentence and, unless it is made of fields, the example. Read when
     * the description is made, which is once, and not at the start.
     */
    private static Map<String, Map<String, List<Object>>> texts() {
        try (InputStream file = new ClassPathResource("openapi/fields.json").getInputStream()) {
            return JsonMapper.shared().readValue(file, new TypeReference<>() {});
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
