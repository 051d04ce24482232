package dev.seedgate.task.view;

import dev.seedgate.platform.database.SqlInstants;
import dev.seedgate.platform.values.Actor;
import dev.seedgate.platform.values.TaskId;
import dev.seedgate.task.lifecycle.TaskInterventions;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;

/**
 * The inquiry at the vendor about one task, before its next poll is due. It only makes that poll
 * due: it is claimed and paid for with a permit like any other, and waits for pauses and breakers.
 */
@Service
public class VendorInquiry {

    // Somebody looks at a page meanwhile; a poll with its permit takes less when nothing stops it.
    private static final Duration WAIT = Duration.ofSeconds(2);

    private final TaskInterventions interventions;
    private final StatusRefresher refresher;
    private final JdbcClient jdbc;

    VendorInquiry(TaskInterventions interventions, StatusRefresher refresher, JdbcClient jdbc) {
        this.interventions = interventions;
        this.refresher = refresher;
        this.jdbc = jdbc;
    }

    /**
     * Has the vendor asked, and waits a little for the answer: {@link #contact} tells whether it
     * came. Refused as {@link TaskInterventions#askVendor} is.
     *
     * @return the moment from which on an answer is one to this question
     */
    public Instant ask(TaskId id, Actor actor) {
        Instant asked = interventions.askVendor(id, actor);
        refresher.refresh(id, Duration.ZERO, WAIT);
        return asked;
    }

    /** When the vendor was heard of a task and will be asked; empty for one that is not polled. */
    public Optional<VendorContact> contact(TaskId id) {
        return jdbc.sql(
                        """
                        select answered_at, due_at,
                            due_at <= gateway_now() or coalesce(leased_until > gateway_now(), false) as pending
                        from work where task_id = :task and kind = 'poll'
                        """)
                .param("task", id.value())
                .query((row, _) ->
                        new VendorContact(
                                SqlInstants.get(row, "answered_at"),
                                SqlInstants.get(row, "due_at"),
                                row.getBoolean("pending")))
                .optional();
    }

    /**
     * The polls of a task.
     *
     * @param answeredAt when the vendor last said something of it, at first its acceptance
     * @param nextAt when it is asked next
     * @param pending whether it is being asked, or is to be asked now and waits for its turn
     */
    public record VendorContact(Instant answeredAt, Instant nextAt, boolean pending) {}
}
