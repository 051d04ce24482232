package dev.seedgate.operations.console;

import dev.seedgate.access.operator.ConsolePrincipal;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Component;
import org.springframework.util.function.SingletonSupplier;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/**
 * The console's navigation: its pages in groups, each as soon as there is a controller for it, for
 * whoever may open it.
 */
@Component
class Navigation {

    private static final List<Group> ALL =
            List.of(
                    new Group(
                            "Work",
                            List.of(
                                    new Link("overview", "Overview", "/console", true),
                                    new Link("tasks", "Tasks", "/console/tasks", true),
                                    new Link("teams", "Teams", "/console/teams", true),
                                    new Link(
                                            "playground",
                                            "Playground",
                                            "/console/playground",
                                            true))),
                    new Group(
                            "Money",
                            List.of(
                                    new Link("reports", "Reports", "/console/reports"),
                                    new Link(
                                            "reconciliation",
                                            "Reconciliation",
                                            "/console/reconciliation"),
                                    new Link("statements", "Statements", "/console/statements"),
                                    new Link("prices", "Prices", "/console/prices"))),
                    new Group(
                            "Operation",
                            List.of(
                                    new Link("vendor", "Vendor", "/console/vendor"),
                                    new Link("alerts", "Alerts", "/console/alerts"),
                                    new Link("webhooks", "Webhooks", "/console/webhooks", true))),
                    new Group(
                            "Access",
                            List.of(
                                    new Link("audit", "Audit", "/console/audit"),
                                    new Link("admins", "Admins", "/console/admins"))));

    private final SingletonSupplier<List<Group>> groups;
    private final SingletonSupplier<List<Group>> ofMembers;

    Navigation(ObjectProvider<RequestMappingHandlerMapping> handlers) {
        groups =
                SingletonSupplier.of(() -> {
                    Set<String> paths =
                            handlers.stream()
                                    .flatMap(it -> it.getHandlerMethods().keySet().stream())
                                    .flatMap(it -> it.getPatternValues().stream())
                                    .collect(Collectors.toUnmodifiableSet());
                    return only(ALL, it -> paths.contains(it.path()));
                });
        ofMembers = SingletonSupplier.of(() -> only(getGroups(), Link::forMembers));
    }

    /** The groups that have a page, with the pages that there are. */
    public List<Group> getGroups() {
        return groups.obtain();
    }

    /** Of those what this person may open. */
    public List<Group> groups(ConsolePrincipal who) {
        return who.isMember() ? ofMembers.obtain() : getGroups();
    }

    /** Where this page is, or null while there is none: a link to it then leads nowhere. */
    public @Nullable String path(String name) {
        return getGroups().stream()
                .flatMap(it -> it.links().stream())
                .filter(it -> it.name().equals(name))
                .map(Link::path)
                .findFirst()
                .orElse(null);
    }

    private static List<Group> only(List<Group> groups, Predicate<Link> wanted) {
        List<Group> shown = new ArrayList<>();
        for (Group group : groups) {
            List<Link> links = group.links().stream().filter(wanted).toList();
            if (!links.isEmpty()) {
                shown.add(new Group(group.title(), links));
            }
        }
        return List.copyOf(shown);
    }

    /** Pages under one title. */
    public record Group(String title, List<Link> links) {}

    /**
     * A page in the navigation.
     *
     * @param name what a template calls its section
     * @param forMembers whether members of teams may open it too
     */
    public record Link(String name, String title, String path, boolean forMembers) {

        Link(String name, String title, String path) {
            this(name, title, path, false);
        }
    }
}
