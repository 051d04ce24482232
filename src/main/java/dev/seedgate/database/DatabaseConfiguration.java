package dev.seedgate.database;

import com.zaxxer.hikari.HikariDataSource;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import javax.sql.DataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.support.SQLExceptionTranslator;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(QueueSettings.class)
class DatabaseConfiguration {

    @Bean
    SQLExceptionTranslator postgresErrors() {
        return new PostgresErrors();
    }

    @Bean
    MeterBinder databaseGauges(DataSource dataSource) {
        return meters -> {
            if (dataSource instanceof BoundedDataSource bounded) {
                Gauge.builder("seedgate.database.waiting", bounded, BoundedDataSource::waiting)
                        .register(meters);
                FunctionCounter.builder(
                                "seedgate.database.refused", bounded, BoundedDataSource::refused)
                        .register(meters);
            }
        };
    }

    @Bean
    static BeanPostProcessor boundedDataSource(ObjectProvider<QueueSettings> settings) {
        return new BeanPostProcessor() {
            @Override
            public Object postProcessAfterInitialization(Object bean, String name) {
                return bean instanceof HikariDataSource pool
                        ? new BoundedDataSource(pool, settings.getObject().databaseMaxWaiting())
                        : bean;
            }
        };
    }
}
