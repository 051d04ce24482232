package dev.seedgate.operations.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seedgate.testing.Gateway.Answer;
import dev.seedgate.testing.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.web.bind.annotation.RequestMethod;

/** Every form of every page: what was typed into one that is refused is still there. */
class ConsoleFormsTests {

    // No field takes that much.
    private static final String TOO_MUCH = "x".repeat(2100);

    private static final Pattern FORM =
            Pattern.compile("<form[^>]*method=\"post\"[^>]*>.*?</form>", Pattern.DOTALL);
    private static final Pattern FIELD =
            Pattern.compile(
                    "<(input|select|textarea)\\b([^>]*)>(?:([^<]*)</textarea>)?", Pattern.DOTALL);

    /** What has nothing to type in, or is sent by the form of another path. */
    private static final Set<String> NOTHING_TYPED =
            Set.of(
                    "/console/playground/quote",
                    "/console/tasks/{id}/cancel",
                    "/console/tasks/{id}/ask",
                    "/console/teams/{slug}/limits",
                    "/console/teams/{slug}/budget",
                    "/console/teams/{slug}/keys/{id}/rotate",
                    "/console/teams/{slug}/keys/{id}/revoke",
                    "/console/admins/keys/{id}/rotate",
                    "/console/admins/keys/{id}/revoke",
                    "/console/statements/{month}/close",
                    "/console/webhooks/{id}/remove",
                    "/console/webhooks/{id}/deliveries/{delivery}/redeliver");

    private static ConsoleData data;
    private static ConsoleClient admin;

    @BeforeAll
    static void start() {
        data = ConsoleData.make();
        admin = ConsoleClient.admin(data.gateway());
    }

    @AfterAll
    static void stop() {
        data.close();
    }

    @Test
    void keepsWhatWasTypedWhenAFormIsRefused() {
        Set<String> seen = new TreeSet<>();
        List<String> lost = new ArrayList<>();
        tryAll(seen, lost);
        // The other half of the switches.
        String social = "/teams/" + data.social().slug();
        long key =
                data.gateway()
                        .admin("GET", social + "/keys", null)
                        .json()
                        .get("items")
                        .get(0)
                        .get("id")
                        .asLong();
        data.gateway().admin("POST", social + "/suspend", Json.of("reason", "a test"));
        data.gateway().admin("POST", social + "/keys/" + key + "/suspend", null);
        data.gateway().admin("POST", "/upstream/pause", null);
        data.gateway().admin("POST", "/upstream/creates/stop", null);
        tryAll(seen, lost);

        assertThat(lost).isEmpty();
        List<String> patterns = ConsolePages.patterns(data.gateway(), RequestMethod.POST);
        assertThat(patterns).containsAll(NOTHING_TYPED);
        assertThat(patterns.stream().filter(it -> seen.stream().noneMatch(fits(it))).toList())
                .as("paths with no form that a page showed")
                .containsExactlyInAnyOrderElementsOf(NOTHING_TYPED);
    }

    private static void tryAll(Set<String> seen, List<String> lost) {
        for (String path : pages()) {
            Answer page = admin.get(path);
            for (Form form : forms(page.body())) {
                if (form.typed().isEmpty()) {
                    continue;
                }
                seen.add(form.action());
                Map<String, String> filled = new LinkedHashMap<>(form.others());
                form.typed().forEach(it -> filled.put(it, it + " " + TOO_MUCH));
                Answer refused = admin.submit(page, form.action(), filled);
                if (refused.status() / 100 != 4) {
                    lost.add(path + ": " + form.action() + " is " + refused.status());
                    continue;
                }
                Form again =
                        forms(refused.body()).stream()
                                .filter(form::isTheSame)
                                .findFirst()
                                .orElse(null);
                if (again == null || !refused.body().contains("role=\"alert\"")) {
                    lost.add(path + ": " + form.action() + " is not shown with its refusal");
                    continue;
                }
                form.typed().stream()
                        .filter(it -> !(it + " " + TOO_MUCH).equals(again.values().get(it)))
                        .forEach(it -> lost.add(path + ": " + form.action() + " loses " + it));
                if (again.hidden()) {
                    lost.add(path + ": " + form.action() + " is folded away");
                }
            }
        }
    }

    private static List<String> pages() {
        return Stream.concat(
                        ConsoleScreenshots.pages(data).stream(),
                        Stream.of("/console/teams/" + data.social().slug()))
                .filter(it -> !it.equals("/console/login"))
                .toList();
    }

    private static java.util.function.Predicate<String> fits(String pattern) {
        return Pattern.compile(pattern.replaceAll("\\{[^}]*}", "[^/]+")).asMatchPredicate();
    }

    private static List<Form> forms(String page) {
        List<Form> forms = new ArrayList<>();
        Matcher form = FORM.matcher(page);
        while (form.find()) {
            String before = page.substring(0, form.start());
            int details = before.lastIndexOf("<details");
            boolean inside = details > before.lastIndexOf("</details>");
            boolean hidden =
                    inside
                            && !before.substring(details, before.indexOf('>', details))
                                    .contains(" open");
            Form found = form(form.group(), hidden);
            // The sign-out is on every page.
            if (!found.action().equals("/console/logout")) {
                forms.add(found);
            }
        }
        return forms;
    }

    private static Form form(String html, boolean hidden) {
        List<String> typed = new ArrayList<>();
        Map<String, String> values = new LinkedHashMap<>();
        Matcher field = FIELD.matcher(html);
        while (field.find()) {
            String name = attribute("name", field.group(2));
            String type = attribute("type", field.group(2));
            if (name.isEmpty() || name.equals("_csrf")) {
                continue;
            }
            if (field.group(1).equals("textarea")) {
                typed.add(name);
                values.put(name, field.group(3));
            } else if (field.group(1).equals("select")) {
                Matcher option = Pattern.compile("<option value=\"([^\"]*)\"").matcher(html);
                values.put(name, option.find(field.start()) ? option.group(1) : "");
            } else if (type.equals("hidden")) {
                values.put(name, attribute("value", field.group(2)));
            } else if (!type.equals("checkbox")) {
                typed.add(name);
                values.put(name, attribute("value", field.group(2)));
            }
        }
        return new Form(attribute("action", html), typed, values, hidden);
    }

    private static String attribute(String name, String tag) {
        Matcher found = Pattern.compile("\\s" + name + "=\"([^\"]*)\"").matcher(tag);
        return found.find() ? found.group(1).replace("&amp;", "&") : "";
    }

    /**
     * A form of a page.
     *
     * @param typed the names of what is typed
     * @param hidden whether it is in something that is folded
     */
    private record Form(
            String action, List<String> typed, Map<String, String> values, boolean hidden) {

        Map<String, String> others() {
            return values.entrySet().stream()
                    .filter(it -> !typed.contains(it.getKey()))
                    .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
        }

        boolean isTheSame(Form other) {
            return action.equals(other.action) && typed.equals(other.typed);
        }
    }
}
