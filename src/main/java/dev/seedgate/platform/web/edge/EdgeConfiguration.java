package dev.seedgate.platform.web.edge;

import dev.seedgate.platform.web.api.ErrorResponseWriter;
import org.apache.catalina.core.StandardHost;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.web.filter.CorsFilter;

/** The web server and the filters that every request meets first. */
@Configuration(proxyBeanMethods = false)
class EdgeConfiguration {

    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> serverCustomizer(
            EdgeSettings settings) {
        return server -> {
            server.setProtocol(RequestDeadlineProtocol.class.getName());
            server.addProtocolHandlerCustomizers(handler -> {
                RequestDeadlineProtocol protocol = (RequestDeadlineProtocol) handler;
                protocol.setRequestTimeout(settings.requestTimeout());
                protocol.setMaxExtensionSize((int) settings.maxChunkExtensions().toBytes());
                protocol.setMaxTrailerSize((int) settings.maxTrailers().toBytes());
            });
            server.addContextCustomizers(context ->
                    ((StandardHost) context.getParent())
                            .setErrorReportValveClass(JsonErrorReportValve.class.getName()));
            ForwardedHeadersValve.of(settings.trustedProxies()).ifPresent(server::addEngineValves);
        };
    }

    /** Behind the filter of the request's id, before the keys: a preflight request has none. */
    @Bean
    FilterRegistrationBean<CorsFilter> corsFilterRegistration(
            EdgeSettings settings, ErrorResponseWriter errors) {
        FilterRegistrationBean<CorsFilter> filter =
                new FilterRegistrationBean<>(CorsFilters.filter(settings.corsOrigins(), errors));
        filter.addUrlPatterns("/api/*");
        filter.setOrder(Ordered.HIGHEST_PRECEDENCE + 1);
        filter.setEnabled(!settings.corsOrigins().isEmpty());
        return filter;
    }
}
