package dev.seedgate.vendor.sandbox;

import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import java.io.IOException;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;
import org.apache.coyote.ActionCode;
import org.springframework.boot.tomcat.ConfigurableTomcatWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.stereotype.Component;

/**
 * Tomcat valve that closes the connection in place of an answer, which no servlet can do: a servlet
 * that gives up is answered for by the server.
 */
class LostAnswerValve extends ValveBase {

    /** Puts the valve into the web server. */
    @SandboxOnly
    @Component
    static class Customizer
            implements WebServerFactoryCustomizer<ConfigurableTomcatWebServerFactory> {

        @Override
        public void customize(ConfigurableTomcatWebServerFactory server) {
            server.addEngineValves(new LostAnswerValve());
        }
    }

    private static final String LOST = LostAnswerValve.class.getName();

    LostAnswerValve() {
        // Async support, or every async request of the whole server would be refused.
        super(true);
    }

    /** Asks for the answer to this request to get lost. */
    static void loseAnswer(ServletRequest request) {
        request.setAttribute(LOST, true);
    }

    @Override
    public void invoke(Request request, Response response) throws IOException, ServletException {
        getNext().invoke(request, response);
        if (request.getAttribute(LOST) != null) {
            // Committed, as if the headers were out already: then the server doesn't write them.
            response.getCoyoteResponse().setCommitted(true);
            response.getCoyoteResponse().action(ActionCode.CLOSE_NOW, null);
        }
    }
}
