package dev.seedgate.platform.database;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.metrics.micrometer.MicrometerMetricsTrackerFactory;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.DestructionAwareBeanPostProcessor;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.support.SQLExceptionTranslator;

@Configuration(proxyBeanMethods = false)
class DatabaseConfiguration {

    @Bean
    SQLExceptionTranslator postgresErrors() {
        return new PostgresExceptionTranslator();
    }

    @Bean
    MeterBinder databaseGauges(DataSource dataSource) {
        return meters -> {
            if (dataSource instanceof BoundedDataSource bounded) {
                Gauge.builder(
                                "seedgate.database.waiting",
                                bounded.shares(),
                                ConnectionShares::waiting)
                        .register(meters);
                FunctionCounter.builder(
                                "seedgate.database.refused",
                                bounded.shares(),
                                ConnectionShares::refused)
                        .register(meters);
                bounded.reserved()
                        .setMetricsTrackerFactory(new MicrometerMetricsTrackerFactory(meters));
            }
        };
    }

    @Bean
    ConnectionShares connectionShares(DataSource dataSource) {
        return ((BoundedDataSource) dataSource).shares();
    }

    /** In the place of Boot's, which only asks whether the connection is there. */
    @Bean
    DatabaseHealth dbHealthIndicator(DataSource dataSource, QueueSettings settings) {
        return new DatabaseHealth((BoundedDataSource) dataSource, settings);
    }

    @Bean
    static DestructionAwareBeanPostProcessor boundedDataSource(
            ObjectProvider<QueueSettings> settings) {
        return new DestructionAwareBeanPostProcessor() {

            private @Nullable BoundedDataSource bounded;

            @Override
            public Object postProcessAfterInitialization(Object bean, String name) {
                if (bean instanceof HikariDataSource pool) {
                    bounded = new BoundedDataSource(pool, settings.getObject());
                    return bounded;
                }
                return bean;
            }

            @Override
            public boolean requiresDestruction(Object bean) {
                return bean instanceof HikariDataSource;
            }

            @Override
            public void postProcessBeforeDestruction(Object bean, String name) {
                if (bounded != null) {
                    bounded.close();
                }
            }
        };
    }
}
