package dev.seedgate.billing.statement;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A report of cost and usage in the columns of FOCUS, the FinOps Open Cost and Usage Specification.
 *
 * @param sandbox there and true when all of this is the sandbox's; real figures don't have it
 */
record FocusReport(
        List<Map<String, @Nullable Object>> rows,
        @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean sandbox) {}
