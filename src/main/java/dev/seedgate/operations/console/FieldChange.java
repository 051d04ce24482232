package dev.seedgate.operations.console;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A field that is another after a change than before it.
 *
 * @param name with the names of what it lies in before it, by dots
 * @param before null where there was none, and likewise after
 */
record FieldChange(String name, @Nullable String before, @Nullable String after) {

    /** The fields that differ between two states, in their order; null is no state at all. */
    static List<FieldChange> between(@Nullable JsonNode before, @Nullable JsonNode after) {
        Map<String, String> old = new LinkedHashMap<>();
        Map<String, String> present = new LinkedHashMap<>();
        collect("", before, old);
        collect("", after, present);
        Set<String> names = new LinkedHashSet<>(old.keySet());
        names.addAll(present.keySet());
        List<FieldChange> changes = new ArrayList<>();
        for (String name : names) {
            String from = old.get(name);
            String to = present.get(name);
            if (!Objects.equals(from, to)) {
                changes.add(new FieldChange(name, from, to));
            }
        }
        return changes;
    }

    private static void collect(String name, @Nullable JsonNode value, Map<String, String> fields) {
        if (value == null || value.isNull()) {
            return;
        }
        if (value.isObject()) {
            value.propertyStream()
                    .forEach(it ->
                            collect(
                                    name.isEmpty() ? it.getKey() : name + "." + it.getKey(),
                                    it.getValue(),
                                    fields));
        } else {
            fields.put(
                    name.isEmpty() ? "value" : name,
                    value.isString() ? value.stringValue() : value.toString());
        }
    }
}
