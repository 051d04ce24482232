package dev.seedgate.operations.startup;

import dev.seedgate.platform.values.NearestName;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationStartedEvent;
import org.springframework.boot.context.properties.ConfigurationPropertiesBean;
import org.springframework.boot.context.properties.bind.Name;
import org.springframework.context.ApplicationContext;
import org.springframework.context.event.EventListener;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.stereotype.Component;

/**
 * The warning of environment variables that look like the gateway's and that nothing reads: a limit
 * that is misspelt is no limit.
 */
@Component
class UnknownVariables {

    private static final Logger log = LoggerFactory.getLogger(UnknownVariables.class);

    private static final String PREFIX = "SEEDGATE_";
    private static final String SANDBOX = "SEEDGATE_SANDBOX_";
    private static final Pattern INDEX = Pattern.compile("_?[0-9]{1,3}_?$");
    private static final Pattern HUMP = Pattern.compile("([a-z0-9])([A-Z])");

    /** Those that no settings record holds. */
    static final List<String> OTHERS =
            List.of(
                    "SEEDGATE_EMBEDDED_DIRECTORY",
                    "SEEDGATE_EMBEDDED_ENABLED",
                    // Read by docker-compose.yml, and handed on with the rest by some.
                    "SEEDGATE_LISTEN");

    private final ApplicationContext context;
    private final ConfigurableEnvironment environment;

    UnknownVariables(ApplicationContext context, ConfigurableEnvironment environment) {
        this.context = context;
        this.environment = environment;
    }

    @EventListener
    void started(ApplicationStartedEvent event) {
        warnings(environment.getSystemEnvironment().keySet(), known())
                .forEach(warning -> log.warn("{}", warning));
    }

    static List<String> warnings(Collection<String> given, Collection<String> known) {
        Map<String, String> names = new TreeMap<>();
        known.forEach(name -> names.put(plain(name), name));
        RenamedSettings.NAMES.keySet().forEach(name -> names.put(plain(name), name));
        List<String> warnings = new ArrayList<>();
        for (String variable : given) {
            String upper = variable.toUpperCase(Locale.ROOT);
            // The sandbox reads its own while it is the vendor, and they may stay when it is not.
            boolean ours =
                    upper.startsWith(PREFIX)
                            && (!upper.startsWith(SANDBOX)
                                    || known.stream().anyMatch(it -> it.startsWith(SANDBOX)));
            if (ours
                    && !names.containsKey(plain(upper))
                    && !names.containsKey(plain(INDEX.matcher(upper).replaceFirst("")))) {
                warnings.add(
                        "%s is no setting and does nothing%s"
                                .formatted(
                                        variable,
                                        NearestName.near(upper, known)
                                                .map(" (do you mean %s?)"::formatted)
                                                .orElse("")));
            }
        }
        return warnings;
    }

    /** As Spring compares: dashes, dots and underscores say nothing. */
    private static String plain(String name) {
        return name.replace("_", "").replace("-", "").replace(".", "");
    }

    /** The variables that some setting is read from. */
    List<String> known() {
        return Stream.concat(
                        OTHERS.stream(),
                        ConfigurationPropertiesBean.getAll(context).values().stream()
                                .filter(bean -> bean.getAnnotation().prefix().equals("seedgate"))
                                .flatMap(bean ->
                                        variables(
                                                bean.asBindTarget()
                                                        .getType()
                                                        .resolve(Object.class))))
                .distinct()
                .sorted()
                .toList();
    }

    static Stream<String> variables(Class<?> type) {
        RecordComponent @Nullable [] components = type.getRecordComponents();
        return components == null
                ? Stream.of()
                : Stream.of(components).map(component -> variable(type, component));
    }

    private static String variable(Class<?> type, RecordComponent component) {
        @Nullable Name name =
                Stream.of(type.getDeclaredConstructors()[0].getParameters())
                        .filter(it -> it.getName().equals(component.getName()))
                        .map(it -> it.getAnnotation(Name.class))
                        .filter(it -> it != null)
                        .findFirst()
                        .orElse(null);
        String dashed =
                name == null
                        ? HUMP.matcher(component.getName()).replaceAll("$1_$2")
                        : name.value().replace('-', '_');
        return PREFIX + dashed.toUpperCase(Locale.ROOT);
    }
}
