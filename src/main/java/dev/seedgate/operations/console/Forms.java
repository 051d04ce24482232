package dev.seedgate.operations.console;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.seedgate.platform.web.api.JsonMergePatch;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The reader of forms: a form's fields are those of a request of the API, so that both are checked
 * by the same rules and refused in the same words.
 */
@Component
class Forms {

    // A longer one is no number of ours, and is told so.
    private static final String NUMBER = "-?[0-9]{1,18}";

    private final JsonMergePatch requests;
    private final JsonMapper json;

    Forms(JsonMergePatch requests, JsonMapper json) {
        this.requests = requests;
        this.json = json;
    }

    /**
     * The request that a form makes; {@code INVALID_REQUEST} names what is wrong. An empty field is
     * null, a check box that is not there false, a list has commas between.
     */
    <T extends Record> T read(Map<String, String> form, Class<T> type) {
        ObjectNode fields = json.createObjectNode();
        for (RecordComponent component : type.getRecordComponents()) {
            String name = name(component);
            String value = form.get(name);
            Class<?> as = component.getType();
            if (as == Boolean.class) {
                fields.put(name, value != null);
            } else if (value == null || value.isBlank()) {
                fields.putNull(name);
            } else if (Collection.class.isAssignableFrom(as)) {
                Arrays.stream(value.split(",")).forEach(fields.withArray("/" + name)::add);
            } else if (Number.class.isAssignableFrom(as) && digits(value).matches(NUMBER)) {
                fields.put(name, Long.parseLong(digits(value)));
            } else {
                fields.put(name, value.strip());
            }
        }
        return requests.create(type, fields);
    }

    /** What is typed as it is shown: grouped by commas or spaces. */
    private static String digits(String text) {
        return text.replaceAll("[,\\s\\xA0\\x{202F}]", "").replace('−', '-');
    }

    private static String name(RecordComponent component) {
        JsonProperty named = component.getAccessor().getAnnotation(JsonProperty.class);
        return named == null ? component.getName() : named.value();
    }
}
