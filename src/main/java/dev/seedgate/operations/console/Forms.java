package dev.seedgate.operations.console;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.web.api.IfMatch;
import dev.seedgate.platform.web.api.JsonMergePatch;
import jakarta.servlet.http.HttpServletResponse;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import org.springframework.stereotype.Component;
import org.springframework.ui.Model;
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The reader of forms, and what a page says of one that is refused: a form's fields are those of a
 * request of the API, so that both are checked by the same rules and refused in the same words.
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

    /** The version that the page showed; null where none was sent. */
    static IfMatch version(Map<String, String> form) {
        String version = form.get("version");
        return new IfMatch(version == null ? null : "\"" + version + "\"");
    }

    /** Why a page does not show what was asked for; the first reason stays. */
    static void refuse(ApiException refusal, HttpServletResponse response, Model model) {
        response.setStatus(refusal.code().status());
        if (!model.containsAttribute("error")) {
            model.addAttribute("error", refusal.message());
        }
    }

    /**
     * The page again, with what was typed and why it was refused. By its action the page knows
     * which of its forms that is: {@code refused}.
     */
    static void refuse(
            ApiException refusal,
            Map<String, String> form,
            HttpServletResponse response,
            Model model) {
        refuse(refusal, response, model);
        model.addAttribute("form", form);
        model.addAttribute(
                "refused", ServletUriComponentsBuilder.fromCurrentRequestUri().build().getPath());
    }
}
