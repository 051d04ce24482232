package dev.seedgate.team;

import dev.seedgate.shared.ErrorCode;
import dev.seedgate.shared.GatewayException;
import java.time.Clock;
import java.util.EnumSet;
import java.util.List;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** The teams' keys and the verbs on them. An unknown one is {@code KEY_NOT_FOUND}. */
@Service
public class ApiKeys {

    private final ApiKeyRepository keys;
    private final Teams teams;
    private final KeyRevision revision;
    private final Clock clock;

    ApiKeys(ApiKeyRepository keys, Teams teams, KeyRevision revision, Clock clock) {
        this.keys = keys;
        this.teams = teams;
        this.revision = revision;
        this.clock = clock;
    }

    /**
     * Makes a key. It works at once on every replica, because a key nobody remembers is looked up.
     */
    @Transactional
    public IssuedKey issue(String slug, NewKey request) {
        String text = KeyText.generate();
        return new IssuedKey(store(teams.find(slug), request, text), text);
    }

    @Transactional(readOnly = true)
    public List<KeyDetails> list(String slug) {
        teams.find(slug);
        return keys.findAll(slug).stream().map(ApiKey::details).toList();
    }

    /** Ends a key for good, on every replica within about a second. */
    @Transactional
    public void revoke(String slug, long id) {
        teams.find(slug);
        ApiKey key =
                keys.find(slug, id)
                        .orElseThrow(() ->
                                new GatewayException(
                                        ErrorCode.KEY_NOT_FOUND,
                                        "Team " + slug + " has no key " + id + "."));
        key.revoke(clock.instant());
        keys.saveAndFlush(key);
        revision.advance();
    }

    /**
     * Makes the team and the key unless they exist; one that is suspended, archived or revoked
     * stays as it is.
     *
     * @param apiKey the key's full text, as {@link KeyText#generate()} makes it
     */
    @Transactional
    public void ensure(String slug, String name, String apiKey) {
        Team team = teams.findOrCreate(new NewTeam(slug, name, null, null, null, null, 1));
        if (!keys.existsByHash(KeyText.sha256(apiKey))) {
            store(team, new NewKey(name, EnumSet.allOf(Scope.class), null, null), apiKey);
        }
    }

    private KeyDetails store(Team team, NewKey request, String text) {
        return keys.saveAndFlush(new ApiKey(team, request, text, clock.instant())).details();
    }
}
