package dev.seedgate.operations.openapi;

import dev.seedgate.billing.usage.GroupBy;
import dev.seedgate.billing.usage.UsageFigure;
import dev.seedgate.platform.values.ErrorCode;
import io.swagger.v3.oas.models.media.JsonSchema;
import io.swagger.v3.oas.models.media.Schema;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The schemas that no class of the API stands for. */
final class SharedSchemas {

    private static final String REQUEST_ID = "0d132e176fad397b";

    private SharedSchemas() {}

    static Schema<Object> of(String type) {
        Schema<Object> schema = new JsonSchema();
        schema.addType(type);
        return schema;
    }

    static Schema<Object> string() {
        return of("string");
    }

    static Schema<Object> taskId() {
        Schema<Object> id = string();
        id.setDescription("The task's id at this gateway.");
        id.setPattern("^sd15p_[A-Za-z0-9]{15,64}$");
        id.setExample("sd15p_03kR9vQm2ZtX7bWc4LyHnE0");
        return id;
    }

    /** A row of the usage report: the columns that were asked for, then the figures. */
    static Schema<Object> usageRow() {
        Schema<Object> row = of("object");
        for (GroupBy group : GroupBy.values()) {
            Schema<Object> cell = of(group.isNumber() ? "integer" : "string");
            cell.addType("null");
            row.addProperty(group.word(), cell);
        }
        List<String> figures = UsageFigure.words();
        figures.forEach(figure -> row.addProperty(figure, of("integer")));
        row.setRequired(figures);
        return row;
    }

    /** How teams are refused. */
    static Schema<Object> envelope() {
        Schema<Object> error = of("object");
        error.addProperty("code", of("integer"));
        error.addProperty("message", string());
        addCommon(error);
        error.setRequired(List.of("code", "message", "error", "request_id"));
        return error;
    }

    /** How admins are refused. */
    static Schema<Object> problem() {
        Schema<Object> problem = of("object");
        problem.addProperty("type", string()._const("about:blank"));
        problem.addProperty("title", string());
        problem.addProperty("status", of("integer"));
        problem.addProperty("detail", string());
        addCommon(problem);
        problem.setRequired(List.of("type", "title", "status", "detail", "error", "request_id"));
        return problem;
    }

    /** One of the two above, narrowed to what a call can draw with this status. */
    static Schema<Object> refusal(ApiGroup group, int status, List<ErrorCode> codes) {
        boolean admin = group == ApiGroup.ADMIN;
        Schema<Object> narrowed = new JsonSchema();
        narrowed.addProperty(admin ? "status" : "code", of("integer")._const(status));
        narrowed.addProperty("error", errors(codes));
        Schema<Object> schema = new JsonSchema();
        schema.addAllOfItem(
                new JsonSchema().$ref("#/components/schemas/" + (admin ? "Problem" : "Error")));
        schema.addAllOfItem(narrowed);
        return schema;
    }

    static Map<String, Object> example(ApiGroup group, ErrorCode code) {
        String message = "What happened and what to do.";
        Map<String, Object> example = new LinkedHashMap<>();
        if (group == ApiGroup.ADMIN) {
            example.put("type", "about:blank");
            example.put("title", "A short title");
            example.put("status", code.status());
            example.put("detail", message);
        } else {
            example.put("code", code.status());
            example.put("message", message);
        }
        example.put("error", code.name());
        example.put("request_id", REQUEST_ID);
        return example;
    }

    private static void addCommon(Schema<Object> error) {
        error.addProperty("error", errors(Arrays.asList(ErrorCode.values())));
        error.addProperty("request_id", string());
    }

    private static Schema<Object> errors(List<ErrorCode> codes) {
        Schema<Object> error = string();
        codes.forEach(code -> error.addEnumItemObject(code.name()));
        return error;
    }
}
