package dev.seedgate.operations.console;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.seedgate.platform.values.RequestId;
import dev.seedgate.testing.Gateway.Answer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.LoggerFactory;

/** The number of SQL statements that requests needed, by what Spring and Hibernate log of each. */
final class StatementCount implements AutoCloseable {

    private static final List<String> LOGGERS =
            List.of("org.springframework.jdbc.core.JdbcTemplate", "org.hibernate.SQL");

    // One with parameters is told of before, too.
    private static final List<String> EXECUTING =
            List.of("Executing prepared SQL statement", "Executing SQL ");

    private final Map<String, Level> levels = new HashMap<>();
    private final ConcurrentHashMap<String, AtomicInteger> byRequest = new ConcurrentHashMap<>();
    private final AppenderBase<ILoggingEvent> appender =
            new AppenderBase<>() {
                @Override
                protected void append(ILoggingEvent event) {
                    String request = event.getMDCPropertyMap().get(RequestId.LOG_KEY);
                    boolean statement =
                            event.getLoggerName().equals(LOGGERS.getLast())
                                    || EXECUTING.stream()
                                            .anyMatch(event.getFormattedMessage()::startsWith);
                    if (request != null && statement) {
                        byRequest
                                .computeIfAbsent(request, _ -> new AtomicInteger())
                                .incrementAndGet();
                    }
                }
            };

    StatementCount() {
        appender.start();
        for (String name : LOGGERS) {
            Logger logger = (Logger) LoggerFactory.getLogger(name);
            levels.put(name, logger.getLevel());
            logger.setAdditive(false);
            logger.addAppender(appender);
            // Last: Logback can lose an appender that comes while another thread logs.
            logger.setLevel(Level.DEBUG);
        }
    }

    int of(Answer answer) {
        AtomicInteger count = byRequest.get(String.valueOf(answer.header("X-Request-Id")));
        return count == null ? 0 : count.get();
    }

    @Override
    public void close() {
        for (String name : LOGGERS) {
            Logger logger = (Logger) LoggerFactory.getLogger(name);
            logger.setLevel(levels.get(name));
            logger.detachAppender(appender);
            logger.setAdditive(true);
        }
    }
}
