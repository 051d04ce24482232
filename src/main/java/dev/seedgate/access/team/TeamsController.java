package dev.seedgate.access.team;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.seedgate.platform.values.Actor;
import dev.seedgate.platform.values.ApiException;
import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.values.Page;
import dev.seedgate.platform.values.PageSize;
import dev.seedgate.platform.web.api.FailsWith;
import dev.seedgate.platform.web.api.IfMatch;
import dev.seedgate.platform.web.api.JsonMergePatch;
import dev.seedgate.platform.web.api.PageLimit;
import dev.seedgate.platform.web.api.ReasonRequest;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.Valid;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.node.ObjectNode;

/** Controller of teams, for admins. */
@RestController
@RequestMapping(path = "/admin/api/teams", produces = MediaType.APPLICATION_JSON_VALUE)
class TeamsController {

    private final Teams teams;
    private final JsonMergePatch mergePatch;

    TeamsController(Teams teams, JsonMergePatch mergePatch) {
        this.teams = teams;
        this.mergePatch = mergePatch;
    }

    @Operation(
            operationId = "createTeam",
            summary = "Make a team",
            description =
                    "Limits that are null or left out mean unlimited; prompt_retention_days: kept for ever; clip_retention_days: as long as the gateway keeps all others. The slug never changes. With soft_limits quota, in flight and rate are reported instead of refused: the answer to a create says in X-Limit-Exceeded what it went beyond.")
    @FailsWith(ErrorCode.TEAM_EXISTS)
    @PostMapping
    @ResponseStatus(HttpStatus.CREATED)
    TeamAnswer create(
            @AuthenticationPrincipal Actor actor, @Valid @RequestBody TeamRequest request) {
        return TeamAnswer.of(teams.create(request.slug(), request.settings(), actor));
    }

    @Operation(
            operationId = "listTeams",
            summary = "List the teams",
            description = "By slug; send next_cursor as cursor for the next page.")
    @GetMapping
    Page<TeamAnswer> list(
            @RequestParam(required = false) @Nullable String cursor,
            @PageLimit @RequestParam(defaultValue = PageLimit.DEFAULT) int limit) {
        if (cursor != null && !cursor.matches(TeamRequest.SLUG)) {
            throw new ApiException(
                    ErrorCode.INVALID_REQUEST, "cursor must be the next_cursor of another page.");
        }
        Page<TeamDetails> page = teams.list(TeamScope.ALL, cursor, PageSize.checked(limit));
        return new Page<>(page.items().stream().map(TeamAnswer::of).toList(), page.nextCursor());
    }

    @Operation(operationId = "getTeam", summary = "Read a team")
    @FailsWith(ErrorCode.TEAM_NOT_FOUND)
    @GetMapping("/{slug}")
    ResponseEntity<TeamAnswer> get(@PathVariable String slug) {
        return tagged(teams.get(slug));
    }

    @Operation(
            operationId = "changeTeam",
            summary = "Change a team's name and limits",
            description =
                    "What is absent stays, a limit that is null becomes unlimited. Counts at once; prompt_retention_days and clip_retention_days for what has ended already, too. With If-Match it is refused when the team was changed meanwhile.")
    @io.swagger.v3.oas.annotations.parameters.RequestBody(
            required = true,
            content = @Content(schema = @Schema(implementation = TeamChange.class)))
    @FailsWith({ErrorCode.TEAM_NOT_FOUND, ErrorCode.VERSION_CONFLICT})
    @PatchMapping("/{slug}")
    ResponseEntity<TeamAnswer> change(
            @AuthenticationPrincipal Actor actor,
            @PathVariable String slug,
            @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Nullable String ifMatch,
            @RequestBody ObjectNode patch) {
        if (patch.has("slug")) {
            throw new ApiException(ErrorCode.INVALID_REQUEST, "slug never changes; leave it out.");
        }
        return tagged(
                teams.change(
                        slug,
                        present -> mergePatch.apply(TeamChange.of(present), patch).settings(),
                        new IfMatch(ifMatch),
                        actor));
    }

    @Operation(
            operationId = "archiveTeam",
            summary = "Archive a team",
            description =
                    "For good: no more creates, its keys are dead. What runs goes on, the history stays.")
    @FailsWith({ErrorCode.TEAM_NOT_FOUND, ErrorCode.VERSION_CONFLICT})
    @PostMapping("/{slug}/archive")
    ResponseEntity<TeamAnswer> archive(
            @AuthenticationPrincipal Actor actor,
            @PathVariable String slug,
            @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Nullable String ifMatch,
            @Valid @RequestBody(required = false) @Nullable ReasonRequest request) {
        return tagged(teams.archive(slug, new IfMatch(ifMatch), ReasonRequest.of(request), actor));
    }

    @Operation(
            operationId = "suspendTeam",
            summary = "Suspend a team",
            description =
                    "Its creates are refused and its queued tasks wait; status and settlement go on.")
    @FailsWith({ErrorCode.TEAM_NOT_FOUND, ErrorCode.VERSION_CONFLICT})
    @PostMapping("/{slug}/suspend")
    ResponseEntity<TeamAnswer> suspend(
            @AuthenticationPrincipal Actor actor,
            @PathVariable String slug,
            @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Nullable String ifMatch,
            @Valid @RequestBody(required = false) @Nullable ReasonRequest request) {
        return tagged(teams.suspend(slug, new IfMatch(ifMatch), ReasonRequest.of(request), actor));
    }

    @Operation(
            operationId = "resumeTeam",
            summary = "Resume a suspended team",
            description = "Its creates are taken again, and its queued tasks go on.")
    @FailsWith({ErrorCode.TEAM_NOT_FOUND, ErrorCode.VERSION_CONFLICT})
    @PostMapping("/{slug}/resume")
    ResponseEntity<TeamAnswer> resume(
            @AuthenticationPrincipal Actor actor,
            @PathVariable String slug,
            @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Nullable String ifMatch,
            @Valid @RequestBody(required = false) @Nullable ReasonRequest request) {
        return tagged(teams.resume(slug, new IfMatch(ifMatch), ReasonRequest.of(request), actor));
    }

    private static ResponseEntity<TeamAnswer> tagged(TeamDetails team) {
        return ResponseEntity.ok().eTag(IfMatch.tag(team.version())).body(TeamAnswer.of(team));
    }

    record TeamAnswer(
            String slug,
            String name,
            @JsonProperty("monthly_quota") @Nullable Long monthlyQuota,
            @JsonProperty("max_in_flight") @Nullable Integer maxInFlight,
            @JsonProperty("generate_per_minute") @Nullable Integer generatePerMinute,
            int weight,
            @JsonProperty("soft_limits") boolean softLimits,
            @JsonProperty("cost_center") @Nullable String costCenter,
            @JsonProperty("prompt_retention_days") @Nullable Integer promptRetentionDays,
            @JsonProperty("clip_retention_days") @Nullable Integer clipRetentionDays,
            boolean suspended,
            @JsonProperty("archived_at") @Nullable Instant archivedAt,
            @JsonProperty("created_at") Instant createdAt,
            long version) {

        static TeamAnswer of(TeamDetails team) {
            TeamSpec settings = team.settings();
            return new TeamAnswer(
                    team.slug(),
                    settings.name(),
                    settings.monthlyQuota(),
                    settings.maxInFlight(),
                    settings.generatePerMinute(),
                    settings.weight(),
                    settings.softLimits(),
                    settings.costCenter(),
                    settings.promptRetentionDays(),
                    settings.clipRetentionDays(),
                    team.suspended(),
                    team.archivedAt(),
                    team.createdAt(),
                    team.version());
        }
    }
}
