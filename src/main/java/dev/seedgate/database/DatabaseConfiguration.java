package dev.seedgate.database;

import com.zaxxer.hikari.HikariDataSource;
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
