package dev.seedgate.access.team;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import dev.seedgate.access.apikey.IssuedKey;
import dev.seedgate.access.apikey.KeyState;
import dev.seedgate.platform.values.Actor;
import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.values.Page;
import dev.seedgate.platform.values.PageSize;
import dev.seedgate.platform.web.api.FailsWith;
import dev.seedgate.platform.web.api.IdCursor;
import dev.seedgate.platform.web.api.IfMatch;
import dev.seedgate.platform.web.api.PageLimit;
import dev.seedgate.platform.web.api.ReasonRequest;
import dev.seedgate.platform.web.api.RotateRequest;
import io.swagger.v3.oas.annotations.Operation;
import jakarta.validation.Valid;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Controller of a team's keys, for admins. */
@RestController
@RequestMapping(path = "/admin/api/teams/{slug}/keys", produces = MediaType.APPLICATION_JSON_VALUE)
class KeysController {

    private final ApiKeys keys;

    KeysController(ApiKeys keys) {
        this.keys = keys;
    }

    @Operation(
            operationId = "issueKey",
            summary = "Make a key",
            description = "The key is shown in this answer only, and works at once.")
    @FailsWith(ErrorCode.TEAM_NOT_FOUND)
    @PostMapping
    @ResponseStatus(HttpStatus.CREATED)
    KeyAnswer issue(
            @AuthenticationPrincipal Actor actor,
            @PathVariable String slug,
            @Valid @RequestBody KeyRequest request) {
        return KeyAnswer.of(keys.issue(slug, request.key(), actor));
    }

    @Operation(
            operationId = "listKeys",
            summary = "List a team's keys",
            description = "By id; send next_cursor as cursor for the next page.")
    @FailsWith(ErrorCode.TEAM_NOT_FOUND)
    @GetMapping
    Page<KeyAnswer> list(
            @PathVariable String slug,
            @RequestParam(required = false) @Nullable String cursor,
            @PageLimit @RequestParam(defaultValue = PageLimit.DEFAULT) int limit) {
        Page<KeyDetails> page = keys.list(slug, IdCursor.id(cursor), PageSize.checked(limit));
        return new Page<>(
                page.items().stream().map(key -> KeyAnswer.of(key, null)).toList(),
                page.nextCursor());
    }

    @Operation(
            operationId = "rotateKey",
            summary = "Rotate a key",
            description =
                    "A new key with the same rights, shown in this answer only. The old one dies after the overlap, an ISO 8601 duration; without one after an hour. Where the answer was lost, rotate again: every successor lives as long as the first key would have.")
    @FailsWith({ErrorCode.TEAM_NOT_FOUND, ErrorCode.KEY_NOT_FOUND, ErrorCode.VERSION_CONFLICT})
    @PostMapping("/{id}/rotate")
    @ResponseStatus(HttpStatus.CREATED)
    KeyAnswer rotate(
            @AuthenticationPrincipal Actor actor,
            @PathVariable String slug,
            @PathVariable long id,
            @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Nullable String ifMatch,
            @Valid @RequestBody(required = false) @Nullable RotateRequest request) {
        RotateRequest wanted = RotateRequest.of(request);
        return KeyAnswer.of(
                keys.rotate(slug, id, wanted.time(), new IfMatch(ifMatch), wanted.reason(), actor));
    }

    @Operation(
            operationId = "suspendKey",
            summary = "Suspend a key",
            description = "Every call with it is refused within seconds, until it is resumed.")
    @FailsWith({ErrorCode.TEAM_NOT_FOUND, ErrorCode.KEY_NOT_FOUND, ErrorCode.VERSION_CONFLICT})
    @PostMapping("/{id}/suspend")
    KeyAnswer suspend(
            @AuthenticationPrincipal Actor actor,
            @PathVariable String slug,
            @PathVariable long id,
            @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Nullable String ifMatch,
            @Valid @RequestBody(required = false) @Nullable ReasonRequest request) {
        return KeyAnswer.of(
                keys.suspend(slug, id, new IfMatch(ifMatch), ReasonRequest.of(request), actor),
                null);
    }

    @Operation(
            operationId = "resumeKey",
            summary = "Resume a suspended key",
            description = "It works again within seconds.")
    @FailsWith({ErrorCode.TEAM_NOT_FOUND, ErrorCode.KEY_NOT_FOUND, ErrorCode.VERSION_CONFLICT})
    @PostMapping("/{id}/resume")
    KeyAnswer resume(
            @AuthenticationPrincipal Actor actor,
            @PathVariable String slug,
            @PathVariable long id,
            @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Nullable String ifMatch,
            @Valid @RequestBody(required = false) @Nullable ReasonRequest request) {
        return KeyAnswer.of(
                keys.resume(slug, id, new IfMatch(ifMatch), ReasonRequest.of(request), actor),
                null);
    }

    @Operation(
            operationId = "revokeKey",
            summary = "Revoke a key",
            description = "It is refused everywhere within seconds, for good.")
    @FailsWith({ErrorCode.TEAM_NOT_FOUND, ErrorCode.KEY_NOT_FOUND, ErrorCode.VERSION_CONFLICT})
    @DeleteMapping("/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void revoke(
            @AuthenticationPrincipal Actor actor,
            @PathVariable String slug,
            @PathVariable long id,
            @RequestHeader(name = HttpHeaders.IF_MATCH, required = false)
                    @Nullable String ifMatch) {
        keys.revoke(slug, id, new IfMatch(ifMatch), actor);
    }

    /** {@code key} is there once, in the answer to the call that made it. */
    @JsonPropertyOrder({"id", "key"})
    record KeyAnswer(
            long id,
            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String key,
            String name,
            String hint,
            List<Scope> scopes,
            @Nullable String project,
            @JsonProperty("expires_at") @Nullable Instant expiresAt,
            boolean suspended,
            @JsonProperty("revoked_at") @Nullable Instant revokedAt,
            @JsonProperty("created_at") Instant createdAt,
            @JsonProperty("last_used_at") @Nullable Instant lastUsedAt,
            long version) {

        static KeyAnswer of(IssuedKey<KeyDetails> issued) {
            return of(issued.details(), issued.text());
        }

        static KeyAnswer of(KeyDetails details, @Nullable String text) {
            KeyState key = details.key();
            return new KeyAnswer(
                    key.id(),
                    text,
                    key.name(),
                    key.hint(),
                    details.scopes(),
                    details.project(),
                    key.expiresAt(),
                    details.suspended(),
                    key.revokedAt(),
                    key.createdAt(),
                    key.lastUsedAt(),
                    key.version());
        }
    }
}
