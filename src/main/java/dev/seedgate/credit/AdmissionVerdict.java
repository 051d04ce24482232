package dev.seedgate.credit;

import dev.seedgate.shared.ApiException;
import dev.seedgate.shared.ErrorCode;
import org.jspecify.annotations.Nullable;

/**
 * What a team's limits say of a create at one moment.
 *
 * @param refusal why it would be refused, or null
 * @param exceeded the limit that it would be beyond, where limits only report; or null
 */
public record AdmissionVerdict(@Nullable ApiException refusal, @Nullable ErrorCode exceeded) {}
