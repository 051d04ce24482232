package dev.seedgate.access.operator;

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
import dev.seedgate.platform.web.api.RotateRequest;
import io.swagger.v3.oas.annotations.Operation;
import jakarta.validation.Valid;
import java.time.Instant;
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

/** Controller of the admin keys. */
@RestController
@RequestMapping(path = "/admin/api/admin-keys", produces = MediaType.APPLICATION_JSON_VALUE)
class AdminKeysController {

    private final AdminKeys keys;

    AdminKeysController(AdminKeys keys) {
        this.keys = keys;
    }

    @Operation(
            operationId = "issueAdminKey",
            summary = "Make an admin key",
            description =
                    "A viewer reads; an operator also cancels, resolves, refunds, suspends and pauses; an admin does everything. The key is shown in this answer only, and works at once.")
    @PostMapping
    @ResponseStatus(HttpStatus.CREATED)
    AdminKeyAnswer issue(
            @AuthenticationPrincipal Actor actor, @Valid @RequestBody AdminKeyRequest request) {
        return AdminKeyAnswer.of(keys.issue(request.key(), actor));
    }

    @Operation(operationId = "listAdminKeys", summary = "List the admin keys")
    @GetMapping
    Page<AdminKeyAnswer> list(
            @RequestParam(required = false) @Nullable String cursor,
            @PageLimit @RequestParam(defaultValue = PageLimit.DEFAULT) int limit) {
        Page<AdminKeyDetails> page = keys.list(IdCursor.id(cursor), PageSize.checked(limit));
        return new Page<>(
                page.items().stream().map(key -> AdminKeyAnswer.of(key, null)).toList(),
                page.nextCursor());
    }

    @Operation(
            operationId = "rotateAdminKey",
            summary = "Rotate an admin key",
            description =
                    "A new key with the same role, shown in this answer only. The old one dies after the overlap, an ISO 8601 duration; without one after an hour. Where the answer was lost, rotate again: every successor lives as long as the first key would have.")
    @FailsWith({ErrorCode.KEY_NOT_FOUND, ErrorCode.VERSION_CONFLICT})
    @PostMapping("/{id}/rotate")
    @ResponseStatus(HttpStatus.CREATED)
    AdminKeyAnswer rotate(
            @AuthenticationPrincipal Actor actor,
            @PathVariable long id,
            @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Nullable String ifMatch,
            @Valid @RequestBody(required = false) @Nullable RotateRequest request) {
        RotateRequest wanted = RotateRequest.of(request);
        return AdminKeyAnswer.of(
                keys.rotate(id, wanted.time(), new IfMatch(ifMatch), wanted.reason(), actor));
    }

    @Operation(
            operationId = "revokeAdminKey",
            summary = "Revoke an admin key",
            description = "It is refused everywhere within seconds, for good.")
    @FailsWith({ErrorCode.KEY_NOT_FOUND, ErrorCode.VERSION_CONFLICT})
    @DeleteMapping("/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void revoke(
            @AuthenticationPrincipal Actor actor,
            @PathVariable long id,
            @RequestHeader(name = HttpHeaders.IF_MATCH, required = false)
                    @Nullable String ifMatch) {
        keys.revoke(id, new IfMatch(ifMatch), actor);
    }

    /** {@code key} is there once, in the answer to the call that made it. */
    @JsonPropertyOrder({"id", "key"})
    record AdminKeyAnswer(
            long id,
            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String key,
            String name,
            String hint,
            Role role,
            @JsonProperty("expires_at") @Nullable Instant expiresAt,
            @JsonProperty("revoked_at") @Nullable Instant revokedAt,
            @JsonProperty("created_at") Instant createdAt,
            @JsonProperty("last_used_at") @Nullable Instant lastUsedAt,
            long version) {

        static AdminKeyAnswer of(IssuedKey<AdminKeyDetails> issued) {
            return of(issued.details(), issued.text());
        }

        static AdminKeyAnswer of(AdminKeyDetails details, @Nullable String text) {
            KeyState key = details.key();
            return new AdminKeyAnswer(
                    key.id(),
                    text,
                    key.name(),
                    key.hint(),
                    details.role(),
                    key.expiresAt(),
                    key.revokedAt(),
                    key.createdAt(),
                    key.lastUsedAt(),
                    key.version());
        }
    }
}
