package dev.seedgate.credit.ledger;

import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import org.jspecify.annotations.Nullable;

/**
 * The verdict of a team's limits on a create, at one moment.
 *
 * @param refusal why it would be refused, or null
 * @param exceeded the limit that it would be beyond, where limits only report; or null
 */
public record AdmissionVerdict(@Nullable ApiException refusal, @Nullable ErrorCode exceeded) {}
