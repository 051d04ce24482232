package dev.seedgate.platform.web.api;

import java.time.Instant;
import java.time.LocalDate;
import java.util.Locale;
import org.springframework.boot.http.converter.autoconfigure.ServerHttpMessageConvertersCustomizer;
import org.springframework.boot.jackson.autoconfigure.JsonMapperBuilderCustomizer;
import org.springframework.boot.webmvc.autoconfigure.WebMvcRegistrations;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.converter.ByteArrayHttpMessageConverter;
import org.springframework.http.converter.ResourceHttpMessageConverter;
import org.springframework.http.converter.ResourceRegionHttpMessageConverter;
import org.springframework.web.servlet.LocaleResolver;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import org.springframework.web.servlet.i18n.FixedLocaleResolver;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.cfg.CoercionAction;
import tools.jackson.databind.cfg.CoercionInputShape;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.type.LogicalType;

/**
 * Configuration of how all controllers read requests and write answers: parameters, JSON, language.
 */
@Configuration(proxyBeanMethods = false)
class WebApiConfiguration {

    /** The actuator's mapping has order -100. */
    private static final int BEFORE_ACTUATOR = -101;

    @Bean
    WebMvcConfigurer knownParameters() {
        return new WebMvcConfigurer() {
            @Override
            public void addInterceptors(InterceptorRegistry registry) {
                registry.addInterceptor(new KnownParameters()).addPathPatterns("/admin/api/**");
            }
        };
    }

    /**
     * Controllers are asked for a request's handler before the actuator, which would compare each
     * request of theirs with each of its own paths: a twentieth of a status read.
     */
    @Bean
    WebMvcRegistrations controllersBeforeActuator() {
        return new WebMvcRegistrations() {
            @Override
            public RequestMappingHandlerMapping getRequestMappingHandlerMapping() {
                return new RequestMappingHandlerMapping() {
                    @Override
                    public int getOrder() {
                        return BEFORE_ACTUATOR;
                    }
                };
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
     * Bytes, files with their ranges, text and JSON alone; all else that there could be would be
     * made at each start. Comes after Spring Boot's own customizer, whose JSON converter it
     * replaces.
     */
    @Bean
    ServerHttpMessageConvertersCustomizer messageFormats(JsonMapper mapper) {
        return converters ->
                converters
                        .disableDefaults()
                        .addCustomConverter(new ByteArrayHttpMessageConverter())
                        .addCustomConverter(new ResourceHttpMessageConverter())
                        .addCustomConverter(new ResourceRegionHttpMessageConverter())
                        .withJsonConverter(new ContentLengthJsonConverter(mapper));
    }

    /**
     * One language for everybody: a client that reads messages must not get another by a header.
     */
    @Bean
    LocaleResolver localeResolver() {
        return new FixedLocaleResolver(Locale.ROOT);
    }
}
