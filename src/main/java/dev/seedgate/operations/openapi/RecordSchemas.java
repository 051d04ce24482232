package dev.seedgate.operations.openapi;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.databind.JavaType;
import io.swagger.v3.core.converter.AnnotatedType;
import io.swagger.v3.core.converter.ModelConverter;
import io.swagger.v3.core.converter.ModelConverterContext;
import io.swagger.v3.core.util.Json;
import io.swagger.v3.oas.models.media.JsonSchema;
import io.swagger.v3.oas.models.media.Schema;
import jakarta.validation.constraints.NotBlank;
import java.lang.reflect.RecordComponent;
import java.util.Iterator;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * The converter that makes the schema of a record say what the code says: what can be null, what is
 * always there, and that patterns hold for the whole text.
 */
@Component
class RecordSchemas implements ModelConverter {

    private static final String TO_THE_SECOND = "^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}Z$";

    @Override
    public @Nullable Schema<?> resolve(
            AnnotatedType type, ModelConverterContext context, Iterator<ModelConverter> chain) {
        if (!chain.hasNext()) {
            return null;
        }
        Schema<?> schema = chain.next().resolve(type, context, chain);
        JavaType java = Json.mapper().constructType(type.getType());
        if (schema != null && java != null && java.isRecordType()) {
            String ref = schema.get$ref();
            Schema<?> definition =
                    ref == null
                            ? schema
                            : context.getDefinedModels()
                                    .get(ref.substring(ref.lastIndexOf('/') + 1));
            if (definition != null && definition.getProperties() != null) {
                describe(definition, java.getRawClass());
            }
        }
        return schema;
    }

    private static void describe(Schema<?> schema, Class<?> type) {
        for (RecordComponent component : type.getRecordComponents()) {
            if (component.getAccessor().isAnnotationPresent(JsonUnwrapped.class)) {
                describe(schema, component.getType());
            } else {
                describe(schema, component);
            }
        }
    }

    @SuppressWarnings("rawtypes") // swagger-core's own type
    private static void describe(Schema<?> schema, RecordComponent component) {
        JsonProperty named = component.getAccessor().getAnnotation(JsonProperty.class);
        String name = named == null ? component.getName() : named.value();
        Map<String, Schema> properties = schema.getProperties();
        Schema<?> property = properties.get(name);
        if (property == null) {
            return;
        }
        boolean requires = schema.getRequired() != null && schema.getRequired().contains(name);
        // Left out rather than null.
        boolean optional = component.getAccessor().isAnnotationPresent(JsonInclude.class);
        if (!requires && !optional) {
            schema.addRequiredItem(name);
        }
        tighten(property, component);
        if (!optional && component.getAnnotatedType().isAnnotationPresent(Nullable.class)) {
            properties.put(name, nullable(property));
        }
    }

    private static void tighten(Schema<?> property, RecordComponent component) {
        String pattern = property.getPattern();
        if (pattern != null && !pattern.startsWith("^")) {
            property.setPattern("^(?:" + pattern + ")$");
        }
        if (component.getAccessor().isAnnotationPresent(JsonFormat.class)) {
            property.setPattern(TO_THE_SECOND);
        }
        if (component.getAccessor().isAnnotationPresent(NotBlank.class)) {
            property.setMinLength(1);
        }
        if (property.getMaxItems() != null && property.getMaxItems() == Integer.MAX_VALUE) {
            property.setMaxItems(null);
        }
    }

    @SuppressWarnings("NullAway") // null is one of the values
    private static Schema<?> nullable(Schema<?> property) {
        if (property.get$ref() != null) {
            return new JsonSchema().addOneOfItem(property).addOneOfItem(SharedSchemas.of("null"));
        }
        property.addType("null");
        if (property.getEnum() != null) {
            property.addEnumItemObject(null);
        }
        return property;
    }
}
