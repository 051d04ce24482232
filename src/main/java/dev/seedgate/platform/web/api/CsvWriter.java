package dev.seedgate.platform.web.api;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Comma-separated values by RFC 4180. A text that a spreadsheet would take for a formula gets an
 * apostrophe in front, also behind a character that other spreadsheets split cells at; figures are
 * numbers and stay.
 */
public final class CsvWriter {

    /**
     * A formula's first character, at the cell's start or, behind white space, where a spreadsheet
     * that splits at other characters than commas begins a cell. White space ends where the next
     * such cell begins, or a row of empty ones would be read again from each.
     */
    private static final Pattern FORMULA =
            Pattern.compile(
                    "(^[\\s\\p{Z}\\p{Cc}]*+|[;\\t\\r\\n|][\\s\\p{Z}\\p{Cc}\"'&&[^\\t\\r\\n]]*+)([=+\\-@\uFF1D\uFF0B\uFF0D\uFF20])");

    private final Writer out;
    private boolean begun;

    public CsvWriter(OutputStream out) {
        this.out = new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8));
    }

    /** The names of the columns. */
    public <T> void header(List<CsvColumn<T>> columns) {
        columns.forEach(column -> text(column.name()));
        end();
    }

    /** A row of these columns. */
    public <T> void row(List<CsvColumn<T>> columns, T row) {
        columns.forEach(column -> cell(column.cell().of(row)));
        end();
    }

    /** A cell by what it is: a Long or a BigDecimal is a number, all else a text. */
    public void cell(@Nullable Object cell) {
        switch (cell) {
            case Long number -> number(number);
            case BigDecimal decimal -> write(decimal.toPlainString());
            case null -> text(null);
            default -> text(cell.toString());
        }
    }

    public void text(@Nullable String text) {
        String cell = text == null ? "" : text;
        String harmless = FORMULA.matcher(cell).replaceAll("$1'$2");
        boolean leading = !cell.isEmpty() && "\t\r\n".indexOf(cell.charAt(0)) >= 0;
        write(quoted(leading && !harmless.startsWith("'") ? "'" + harmless : harmless));
    }

    public void number(@Nullable Long number) {
        write(number == null ? "" : number.toString());
    }

    public void end() {
        begun = false;
        append("\r\n");
    }

    public void flush() {
        try {
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String quoted(String cell) {
        boolean plain = cell.chars().noneMatch(it -> ",;\t\"\r\n".indexOf(it) >= 0);
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
