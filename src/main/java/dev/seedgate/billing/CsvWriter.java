package dev.seedgate.billing;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Comma-separated values by RFC 4180. A text that a spreadsheet would take for a formula gets an
 * apostrophe in front; figures are numbers and stay.
 */
final class CsvWriter {

    private static final String FORMULA_STARTS = "=+-@\t\r";

    private final Writer out;
    private boolean begun;

    CsvWriter(OutputStream out) {
        this.out = new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8));
    }

    void text(@Nullable String text) {
        String cell = text == null ? "" : text;
        boolean formula = !cell.isEmpty() && FORMULA_STARTS.indexOf(cell.charAt(0)) >= 0;
        write(quoted(formula ? "'" + cell : cell));
    }

    void number(@Nullable Long number) {
        write(number == null ? "" : number.toString());
    }

    /** A decimal that is already written out. */
    void decimal(@Nullable String number) {
        write(number == null ? "" : number);
    }

    void end() {
        begun = false;
        append("\r\n");
    }

    void flush() {
        try {
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String quoted(String cell) {
        boolean plain = cell.chars().noneMatch(it -> ",\"\r\n".indexOf(it) >= 0);
        return plain ? cell : '"' + cell.replace("\"", "\"\"") + '"';
    }

    private void write(String cell) {
        if (begun) {
            append(",");
        }
        append(cell);
        begun = true;
    }

    private void append(String text) {
        try {
            out.write(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
