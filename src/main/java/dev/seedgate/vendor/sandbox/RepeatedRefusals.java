package dev.seedgate.vendor.sandbox;

import dev.seedgate.platform.values.Sha256;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import tools.jackson.databind.json.JsonMapper;

/** Counter of the refusals that an order asked for by {@code [sandbox:http=…*n]}. */
@SandboxOnly
@Repository
class RepeatedRefusals {

    private final JdbcClient jdbc;
    private final JsonMapper json;

    RepeatedRefusals(JdbcClient jdbc, JsonMapper json) {
        this.jdbc = jdbc;
        this.json = json;
    }

    /**
     * Whether this order is to be refused once more. Equal orders share one count, since a repeated
     * order has nothing else to be known by; when all refusals are given, the count starts again.
     */
    boolean refuseOnceMore(ClipOrder order, int times) {
        if (times == 0) {
            return false;
        }
        int given =
                jdbc.sql(
                                """
                                insert into sandbox_refusal as r (order_hash, given) values (:hash, 1)
                                on conflict (order_hash) do update
                                set given = case when r.given < :times then r.given + 1 else 0 end,
                                    last_at = gateway_now()
                                returning given\
                                """)
                        .param("hash", hash(order))
                        .param("times", times)
                        .query(Integer.class)
                        .single();
        return given > 0;
    }

    private byte[] hash(ClipOrder order) {
        return Sha256.of(json.writeValueAsBytes(order));
    }
}
