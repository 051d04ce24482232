package dev.seedgate.platform.web.api;

import org.jspecify.annotations.Nullable;

/** A column of comma-separated values: its name, and what a row has in it. */
public record CsvColumn<T>(String name, Cell<T> cell) {

    /** The way from a row to its cell: a Long or a BigDecimal is a number, all else a text. */
    @FunctionalInterface
    public interface Cell<T> {
        @Nullable Object of(T row);
    }
}
