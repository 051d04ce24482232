package dev.seedgate.operations.console;

import dev.seedgate.access.apikey.IssuedKey;
import dev.seedgate.access.operator.AdminKeyDetails;
import dev.seedgate.access.operator.AdminKeyRequest;
import dev.seedgate.access.operator.AdminKeys;
import dev.seedgate.access.operator.ConsolePrincipal;
import dev.seedgate.access.operator.OidcSettings;
import dev.seedgate.access.operator.Role;
import dev.seedgate.platform.database.BillingZone;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.Page;
import dev.seedgate.platform.web.api.IdCursor;
import dev.seedgate.platform.web.api.RotateRequest;
import io.swagger.v3.oas.annotations.Hidden;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/**
 * The console's page of admins and their keys. A new key's text is in the answer to its form alone,
 * as with teams' keys.
 */
@Hidden
@Controller
class AdminPages {

    private static final String PATH = "/console/admins";
    private static final int PAGE = 50;

    private final AdminKeys keys;
    private final BillingZone zone;
    private final OidcSettings oidc;
    private final Forms forms;

    AdminPages(AdminKeys keys, BillingZone zone, OidcSettings oidc, Forms forms) {
        this.keys = keys;
        this.zone = zone;
        this.oidc = oidc;
        this.forms = forms;
    }

    @GetMapping(PATH)
    String list(
            @RequestParam(required = false) @Nullable String done,
            @RequestParam(required = false) @Nullable String cursor,
            Model model) {
        if ("revoked".equals(done)) {
            model.addAttribute("done", "The key is dead for good.");
        }
        return show(cursor, model);
    }

    @PostMapping(PATH)
    String issue(
            @AuthenticationPrincipal ConsolePrincipal who,
            @RequestParam Map<String, String> form,
            HttpServletResponse response,
            Model model) {
        try {
            AdminKeyRequest requested = forms.read(withInstant(form), AdminKeyRequest.class);
            return shown(keys.issue(requested.key(), who.actor()), model);
        } catch (ApiException e) {
            Forms.refuse(e, form, response, model);
            return show(null, model);
        }
    }

    @PostMapping(PATH + "/keys/{id}/rotate")
    String rotate(
            @AuthenticationPrincipal ConsolePrincipal who,
            @PathVariable long id,
            @RequestParam Map<String, String> form,
            HttpServletResponse response,
            Model model) {
        try {
            RotateRequest requested = forms.read(form, RotateRequest.class);
            return shown(
                    keys.rotate(
                            id,
                            requested.time(),
                            Forms.version(form),
                            requested.reason(),
                            who.actor()),
                    model);
        } catch (ApiException e) {
            Forms.refuse(e, Map.of(), response, model);
            return show(null, model);
        }
    }

    @PostMapping(PATH + "/keys/{id}/revoke")
    String revoke(
            @AuthenticationPrincipal ConsolePrincipal who,
            @PathVariable long id,
            @RequestParam Map<String, String> form,
            HttpServletResponse response,
            Model model) {
        try {
            keys.revoke(id, Forms.version(form), who.actor());
            return "redirect:" + PATH + "?done=revoked";
        } catch (ApiException e) {
            Forms.refuse(e, Map.of(), response, model);
            return show(null, model);
        }
    }

    /** A day means its start in the billing zone, as in every filter. */
    private Map<String, String> withInstant(Map<String, String> form) {
        String until = form.get("expires_at");
        if (until == null || until.isBlank()) {
            return form;
        }
        Instant at = zone.moment("expires_at", until.strip()).toInstant();
        Map<String, String> whole = new HashMap<>(form);
        whole.put("expires_at", at.toString());
        return whole;
    }

    private String shown(IssuedKey<AdminKeyDetails> issued, Model model) {
        model.addAttribute("newKey", issued.text());
        model.addAttribute("newKeyName", issued.details().key().name());
        return show(null, model);
    }

    private String show(@Nullable String cursor, Model model) {
        Page<AdminKeyDetails> page = keys.list(IdCursor.id(cursor), PAGE);
        model.addAttribute("keys", page.items());
        model.addAttribute("next", page.nextCursor());
        model.addAttribute("first", cursor == null);
        model.addAttribute("oidc", oidc.enabled());
        model.addAttribute("roles", Role.values());
        return "console/admins";
    }
}
