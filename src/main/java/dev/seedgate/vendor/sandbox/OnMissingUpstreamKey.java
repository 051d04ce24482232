package dev.seedgate.vendor.sandbox;

import java.util.stream.Stream;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.util.StringUtils;

/** Holds while nobody has configured the key of the real vendor. */
class OnMissingUpstreamKey implements Condition {

    @Override
    public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
        // Blank counts as absent: container set-ups like to pass variables that are empty.
        return Stream.of("seedgate.upstream-api-key", "seedgate.upstream-api-key-file")
                .map(context.getEnvironment()::getProperty)
                .noneMatch(StringUtils::hasText);
    }
}
