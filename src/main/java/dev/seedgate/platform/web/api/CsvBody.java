package dev.seedgate.platform.web.api;

import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.util.MimeTypeUtils;
import org.springframework.web.servlet.HandlerMapping;

/** A report as comma-separated values, written on demand. */
@FunctionalInterface
public interface CsvBody {

    /** The media type; given in a mapping's {@code produces} after JSON. */
    String TYPE = "text/csv";

    void write(OutputStream out);

    /**
     * Whether a call wants CSV: {@code format} decides, without it what the client accepts. Another
     * format is {@code INVALID_REQUEST}.
     */
    static boolean wanted(@Nullable String format, HttpServletRequest request) {
        boolean csv =
                format == null ? accepted(request.getHeader(HttpHeaders.ACCEPT)) : csv(format);
        if (!csv) {
            // Else a client that takes CSV only is promised it, and then can't be sent the JSON.
            request.setAttribute(
                    HandlerMapping.PRODUCIBLE_MEDIA_TYPES_ATTRIBUTE,
                    Set.of(MediaType.APPLICATION_JSON));
        }
        return csv;
    }

    /** Refuses any other format than CSV with {@code INVALID_REQUEST}. */
    static void require(String format, HttpServletRequest request) {
        if (!wanted(format, request)) {
            throw new ApiException(ErrorCode.INVALID_REQUEST, "format must be csv here.");
        }
    }

    /**
     * Sends it as a file of this name.
     *
     * @param bom {@code 1} puts a byte order mark in front, by which spreadsheets know UTF-8; else
     *     {@code 0} or null
     */
    default void send(HttpServletResponse response, String name, @Nullable String bom)
            throws IOException {
        boolean marked = marked(bom);
        response.setContentType(TYPE + ";charset=UTF-8");
        response.setHeader(
                HttpHeaders.CONTENT_DISPOSITION, "attachment; filename=\"" + name + ".csv\"");
        try {
            if (marked) {
                response.getOutputStream().write("\uFEFF".getBytes(StandardCharsets.UTF_8));
            }
            write(response.getOutputStream());
        } catch (UncheckedIOException e) {
            // The client is gone.
            throw e.getCause();
        }
    }

    private static boolean marked(@Nullable String bom) {
        return switch (bom) {
            case "1" -> true;
            case "0", "" -> false;
            case null -> false;
            default -> throw new ApiException(ErrorCode.INVALID_REQUEST, "bom must be 0 or 1.");
        };
    }

    private static boolean csv(String format) {
        return switch (format) {
            case "csv" -> true;
            case "json" -> false;
            default ->
                    throw new ApiException(
                            ErrorCode.INVALID_REQUEST, "format must be json or csv.");
        };
    }

    private static boolean accepted(@Nullable String accept) {
        List<MediaType> types = new ArrayList<>(MediaType.parseMediaTypes(accept));
        types.removeIf(type -> type.getQualityValue() == 0);
        MimeTypeUtils.sortBySpecificity(types);
        for (MediaType type : types) {
            if (type.includes(MediaType.APPLICATION_JSON)) {
                return false;
            }
            if (type.includes(MediaType.parseMediaType(TYPE))) {
                return true;
            }
        }
        return false;
    }
}
