package dev.seedgate.access;

import java.util.Locale;
import org.apache.catalina.core.StandardHost;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.web.filter.CorsFilter;
import org.springframework.web.servlet.LocaleResolver;
import org.springframework.web.servlet.i18n.FixedLocaleResolver;

/** What the server does before anybody's key is looked at. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(EdgeSettings.class)
class EdgeConfiguration {

    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> edge(EdgeSettings settings) {
        return server -> {
            server.setProtocol(PatientProtocol.class.getName());
            server.addProtocolHandlerCustomizers(
                    protocol ->
                            ((PatientProtocol) protocol).setPatience(settings.requestTimeout()));
            server.addContextCustomizers(
                    context ->
                            ((StandardHost) context.getParent())
                                    .setErrorReportValveClass(EnvelopeValve.class.getName()));
            TrustedProxies.of(settings.trustedProxies()).ifPresent(server::addEngineValves);
        };
    }

    /**
     * One language for everybody: a client that reads messages must not get another by a header.
     */
    @Bean
    LocaleResolver localeResolver() {
        return new FixedLocaleResolver(Locale.ROOT);
    }

    /** Behind the request's id, before the keys: a browser asks first, and without one. */
    @Bean
    FilterRegistrationBean<CorsFilter> browsers(EdgeSettings settings, Refusals refusals) {
        FilterRegistrationBean<CorsFilter> filter =
                new FilterRegistrationBean<>(Browsers.filter(settings.corsOrigins(), refusals));
        filter.addUrlPatterns("/api/*");
        filter.setOrder(Ordered.HIGHEST_PRECEDENCE + 1);
        filter.setEnabled(!settings.corsOrigins().isEmpty());
        return filter;
    }
}
