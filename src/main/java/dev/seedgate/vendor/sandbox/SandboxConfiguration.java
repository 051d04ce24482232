package dev.seedgate.vendor.sandbox;

import org.springframework.boot.tomcat.ConfigurableTomcatWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@SandboxOnly
@Configuration(proxyBeanMethods = false)
class SandboxConfiguration {

    @Bean
    WebServerFactoryCustomizer<ConfigurableTomcatWebServerFactory> lostAnswers() {
        return server -> server.addEngineValves(new LostAnswerValve());
    }
}
