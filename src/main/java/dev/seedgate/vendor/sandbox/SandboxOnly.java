package dev.seedgate.vendor.sandbox;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.stream.Stream;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.util.StringUtils;

/** Marks the beans that exist only while the sandbox is the vendor. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Conditional(SandboxOnly.OnMissingUpstreamKey.class)
@interface SandboxOnly {

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
}
