package dev.seedgate.operations.console;

import dev.seedgate.access.apikey.IssuedKey;
import dev.seedgate.access.operator.ConsolePrincipal;
import dev.seedgate.access.team.ApiKeys;
import dev.seedgate.access.team.KeyDetails;
import dev.seedgate.access.team.KeyRequest;
import dev.seedgate.access.team.Teams;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.web.api.RotateRequest;
import io.swagger.v3.oas.annotations.Hidden;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Map;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/**
 * What can be done on a team's page to its keys. A new key's text is in the answer to its form and
 * nowhere else, so that answer is no redirect; the page's address becomes the team's, so that a
 * reload makes no other.
 */
@Hidden
@Controller
class KeyPages {

    private static final String KEYS = TeamPages.PATH + "/{slug}/keys";

    private final Teams teams;
    private final ApiKeys keys;
    private final TeamPages pages;
    private final Forms forms;

    KeyPages(Teams teams, ApiKeys keys, TeamPages pages, Forms forms) {
        this.teams = teams;
        this.keys = keys;
        this.pages = pages;
        this.forms = forms;
    }

    @PostMapping(KEYS)
    String issue(
            @AuthenticationPrincipal ConsolePrincipal who,
            @PathVariable String slug,
            @RequestParam Map<String, String> form,
            HttpServletResponse response,
            Model model) {
        try {
            KeyRequest requested = forms.read(form, KeyRequest.class);
            return shown(
                    who, slug, keys.issue(roomy(who, slug), requested.key(), who.actor()), model);
        } catch (ApiException e) {
            Forms.refuse(e, form, response, model);
            return pages.show(who, slug, model);
        }
    }

    @PostMapping(KEYS + "/{id}/rotate")
    String rotate(
            @AuthenticationPrincipal ConsolePrincipal who,
            @PathVariable String slug,
            @PathVariable long id,
            @RequestParam Map<String, String> form,
            HttpServletResponse response,
            Model model) {
        try {
            RotateRequest requested = forms.read(form, RotateRequest.class);
            return shown(
                    who,
                    slug,
                    keys.rotate(
                            roomy(who, slug),
                            id,
                            requested.time(),
                            Forms.version(form),
                            requested.reason(),
                            who.actor()),
                    model);
        } catch (ApiException e) {
            Forms.refuse(e, form, response, model);
            return pages.show(who, slug, model);
        }
    }

    @PostMapping(KEYS + "/{id}/suspend")
    String suspend(
            @AuthenticationPrincipal ConsolePrincipal who,
            @PathVariable String slug,
            @PathVariable long id,
            @RequestParam Map<String, String> form,
            HttpServletResponse response,
            Model model) {
        return pages.act(
                slug,
                "key-suspended",
                (_, version, reason, actor) ->
                        keys.suspend(own(who, slug), id, version, reason, actor),
                who,
                form,
                response,
                model);
    }

    @PostMapping(KEYS + "/{id}/resume")
    String resume(
            @AuthenticationPrincipal ConsolePrincipal who,
            @PathVariable String slug,
            @PathVariable long id,
            @RequestParam Map<String, String> form,
            HttpServletResponse response,
            Model model) {
        return pages.act(
                slug,
                "key-resumed",
                (_, version, reason, actor) ->
                        keys.resume(own(who, slug), id, version, reason, actor),
                who,
                form,
                response,
                model);
    }

    @PostMapping(KEYS + "/{id}/revoke")
    String revoke(
            @AuthenticationPrincipal ConsolePrincipal who,
            @PathVariable String slug,
            @PathVariable long id,
            @RequestParam Map<String, String> form,
            HttpServletResponse response,
            Model model) {
        return pages.act(
                slug,
                "key-revoked",
                (_, version, _, actor) -> keys.revoke(own(who, slug), id, version, actor),
                who,
                form,
                response,
                model);
    }

    /** The slug of a team that they see; {@code TEAM_NOT_FOUND} for any other. */
    private String own(ConsolePrincipal who, String slug) {
        return teams.get(slug, who.teams()).slug();
    }

    /** The same, where this person may make one more key. */
    private String roomy(ConsolePrincipal who, String slug) {
        String own = own(who, slug);
        if (who.isMember()) {
            keys.checkRoomForMember(own);
        }
        return own;
    }

    private String shown(
            ConsolePrincipal who, String slug, IssuedKey<KeyDetails> issued, Model model) {
        model.addAttribute("newKey", issued.text());
        model.addAttribute("newKeyName", issued.details().key().name());
        return pages.show(who, slug, model);
    }
}
