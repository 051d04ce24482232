package dev.seedgate.billing.statement;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * A statement as it is answered.
 *
 * @param json its text; of a closed month the frozen one, to the byte
 * @param digest SHA-256 of the text in hexadecimal, null while the month is open
 */
public record StatementDocument(String json, @Nullable String digest) {

    // Of its own: the application's reads no document above what a request may hold.
    private static final JsonMapper JSON = JsonMapper.builder().build();

    static StatementDocument of(Statement statement, @Nullable String digest) {
        return new StatementDocument(JSON.writeValueAsString(statement), digest);
    }

    /** What it says. */
    public Statement statement() {
        return JSON.readValue(json, Statement.class);
    }
}
