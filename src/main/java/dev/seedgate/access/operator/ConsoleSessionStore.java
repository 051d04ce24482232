package dev.seedgate.access.operator;

import dev.seedgate.access.team.TeamScope;
import dev.seedgate.platform.database.SqlInstants;
import dev.seedgate.platform.values.Sha256;
import java.security.SecureRandom;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Base64;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.SqlArrayValue;
import org.springframework.stereotype.Service;

/**
 * Store of the console's sessions. They are rows, so that every replica knows them and the end of
 * one counts everywhere at once; they begin with the sign-in, so that a visit alone makes none.
 */
@Service
public class ConsoleSessionStore {

    /** 256 bits: none is guessed. */
    private static final int TOKEN_BYTES = 32;

    /** A version that knows no members takes a token of another length for none at all. */
    private static final int MEMBER_TOKEN_BYTES = 33;

    private static final SecureRandom RANDOM = new SecureRandom();

    private final JdbcClient jdbc;
    private final SessionSettings settings;

    ConsoleSessionStore(JdbcClient jdbc, SessionSettings settings) {
        this.jdbc = jdbc;
        this.settings = settings;
    }

    /**
     * Begins one, and clears away those that are over.
     *
     * @param credential the hash of the key that was given; the session ends when the key changes.
     *     Null where a provider vouches
     * @return the token that stands for it, known to the browser alone
     */
    public String open(
            String name, Role role, ConsolePrincipal.Method method, byte @Nullable [] credential) {
        return open(token(TOKEN_BYTES), name, role, null, method, credential, null);
    }

    /** Begins one of a member of these teams, for whom the provider vouches. */
    public String openOfMember(String name, Collection<Long> teams) {
        return open(
                token(MEMBER_TOKEN_BYTES),
                name,
                null,
                teams,
                ConsolePrincipal.Method.OIDC,
                null,
                null);
    }

    /** Begins one of who has this admin key; it has the key's role and ends with it. */
    public String open(AuthenticatedAdmin caller) {
        String name =
                jdbc.sql("select name from admin_key where id = :id")
                        .param("id", caller.keyId())
                        .query(String.class)
                        .single();
        return open(
                token(TOKEN_BYTES),
                name,
                caller.role(),
                null,
                ConsolePrincipal.Method.KEY,
                null,
                caller.keyId());
    }

    private String open(
            String token,
            String name,
            @Nullable Role role,
            @Nullable Collection<Long> teams,
            ConsolePrincipal.Method method,
            byte @Nullable [] credential,
            @Nullable Long keyId) {
        jdbc.sql(
                        """
                        delete from console_session
                        where seen_at <= gateway_now() - make_interval(secs => :idle)
                            or signed_in_at <= gateway_now() - make_interval(secs => :max)
                        """)
                .param("idle", settings.consoleSessionIdle().toSeconds())
                .param("max", settings.consoleSessionMax().toSeconds())
                .update();
        jdbc.sql(
                        """
                        insert into console_session (token_hash, name, role, teams, method, credential, admin_key_id)
                        values (:hash, :name, :role, :teams, :method, :credential, :key)
                        """)
                .param("hash", Sha256.of(token))
                .param("name", name)
                .param("role", role == null ? ConsolePrincipal.MEMBER : role.text())
                .param("teams", teams == null ? null : new SqlArrayValue("bigint", teams.toArray()))
                .param("method", method.text())
                .param("credential", credential == null ? null : sealed(token, credential))
                .param("key", keyId)
                .update();
        return token;
    }

    /**
     * Who has this token, or empty when the session is unknown or over. Asking keeps it alive.
     *
     * @param credential the hash that the bootstrap key has now
     * @param address that the request comes from
     */
    public Optional<ConsolePrincipal> find(String token, byte[] credential, String address) {
        return jdbc.sql(
                        """
                        update console_session set seen_at = gateway_now()
                        where token_hash = :hash
                            and seen_at > gateway_now() - make_interval(secs => :idle)
                            and signed_in_at > gateway_now() - make_interval(secs => :max)
                            and (credential is null or credential = :credential)
                            and (admin_key_id is null or exists (select from admin_key k
                                where k.id = admin_key_id and k.revoked_at is null
                                    and (k.expires_at is null or k.expires_at > gateway_now())))
                        returning name, role, teams, method, signed_in_at, admin_key_id
                        """)
                .param("hash", Sha256.of(token))
                .param("idle", settings.consoleSessionIdle().toSeconds())
                .param("max", settings.consoleSessionMax().toSeconds())
                .param("credential", sealed(token, credential))
                .query((row, _) -> principal(row, address))
                .optional();
    }

    private static ConsolePrincipal principal(ResultSet row, String address) throws SQLException {
        Array teams = row.getArray("teams");
        return new ConsolePrincipal(
                row.getString("name"),
                teams == null ? Role.of(row.getString("role")) : null,
                teams == null ? TeamScope.ALL : TeamScope.of(List.of((Long[]) teams.getArray())),
                ConsolePrincipal.Method.of(row.getString("method")),
                SqlInstants.get(row, "signed_in_at"),
                row.getObject("admin_key_id", Long.class),
                address);
    }

    /** Ends one, on every replica at once. */
    public void close(String token) {
        jdbc.sql("delete from console_session where token_hash = :hash")
                .param("hash", Sha256.of(token))
                .update();
    }

    /** Bound to the token, which is not stored: the rows are no help to guess the key by. */
    private static byte[] sealed(String token, byte[] credential) {
        return Sha256.of(token + HexFormat.of().formatHex(credential));
    }

    private static String token(int length) {
        byte[] bytes = new byte[length];
        RANDOM.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
