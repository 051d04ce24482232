package dev.seedgate.access;

import java.time.Instant;
import java.time.LocalDate;
import java.util.Locale;
import org.apache.catalina.core.StandardHost;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.jackson.autoconfigure.JsonMapperBuilderCustomizer;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.web.filter.CorsFilter;
import org.springframework.web.servlet.LocaleResolver;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import org.springframework.web.servlet.i18n.FixedLocaleResolver;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.cfg.CoercionAction;
import tools.jackson.databind.cfg.CoercionInputShape;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.type.LogicalType;

/** What every request meets before a controller. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(EdgeSettings.class)
class EdgeConfiguration {

    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> edge(EdgeSettings settings) {
        return server -> {
            server.setProtocol(RequestDeadlineProtocol.class.getName());
            server.addProtocolHandlerCustomizers(handler -> {
                RequestDeadlineProtocol protocol = (RequestDeadlineProtocol) handler;
                protocol.setPatience(settings.requestTimeout());
                protocol.setMaxExtensionSize((int) settings.maxChunkExtensions().toBytes());
                protocol.setMaxTrailerSize((int) settings.maxTrailers().toBytes());
            });
            server.addContextCustomizers(context ->
                    ((StandardHost) context.getParent())
                            .setErrorReportValveClass(JsonErrorReportValve.class.getName()));
            ForwardedHeadersValve.of(settings.trustedProxies()).ifPresent(server::addEngineValves);
        };
    }

    @Bean
    WebMvcConfigurer knownParameters() {
        return new WebMvcConfigurer() {
            @Override
            public void addInterceptors(InterceptorRegistry registry) {
                registry.addInterceptor(new KnownParameters()).addPathPatterns("/admin/api/**");
            }
        };
    }

    /** Nothing that a client sends is dropped or bent: not a field, not a blank into a null. */
    @Bean
    JsonMapperBuilderCustomizer strictBodies() {
        return mapper ->
                mapper.addModule(
                                new SimpleModule()
                                        .addDeserializer(
                                                Instant.class,
                                                new WrittenTime<>(Instant.class, Instant::parse))
                                        .addDeserializer(
                                                LocalDate.class,
                                                new WrittenTime<>(
                                                        LocalDate.class, LocalDate::parse)))
                        .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                        .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                        .withCoercionConfigDefaults(coercion ->
                                coercion.setCoercion(
                                                CoercionInputShape.EmptyString, CoercionAction.Fail)
                                        .setAcceptBlankAsEmpty(false))
                        .withCoercionConfig(
                                LogicalType.Textual,
                                coercion ->
                                        coercion.setCoercion(
                                                        CoercionInputShape.Integer,
                                                        CoercionAction.Fail)
                                                .setCoercion(
                                                        CoercionInputShape.Float,
                                                        CoercionAction.Fail)
                                                .setCoercion(
                                                        CoercionInputShape.Boolean,
                                                        CoercionAction.Fail));
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
    FilterRegistrationBean<CorsFilter> browsers(
            EdgeSettings settings, ErrorResponseWriter refusals) {
        FilterRegistrationBean<CorsFilter> filter =
                new FilterRegistrationBean<>(CorsFilters.filter(settings.corsOrigins(), refusals));
        filter.addUrlPatterns("/api/*");
        filter.setOrder(Ordered.HIGHEST_PRECEDENCE + 1);
        filter.setEnabled(!settings.corsOrigins().isEmpty());
        return filter;
    }
}
