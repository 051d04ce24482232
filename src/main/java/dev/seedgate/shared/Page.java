package dev.seedgate.shared;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One page of a list.
 *
 * @param nextCursor where the next page starts, or null at the end; opaque to clients
 */
public record Page<T>(List<T> items, @JsonProperty("next_cursor") @Nullable String nextCursor) {}
