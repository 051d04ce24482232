package dev.seedgate.benchmark;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.concurrent.Executors;
import org.apache.catalina.Context;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;

/**
 * The same Tomcat with virtual threads and a servlet that does nothing: what no gateway on it can
 * be faster than. A program of its own; prints the port.
 */
final class EmptyServer {

    private EmptyServer() {}

    /** Serves until it is ended; the argument is the size of the body in bytes. */
    public static void main(String[] arguments) throws Exception {
        byte[] body =
                "x".repeat(Integer.parseInt(arguments[0])).getBytes(StandardCharsets.US_ASCII);
        Tomcat tomcat = new Tomcat();
        tomcat.setBaseDir(Files.createTempDirectory("empty-server").toString());
        Connector connector = new Connector();
        connector.setPort(0);
        connector.getProtocolHandler().setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        tomcat.setConnector(connector);
        Context context = tomcat.addContext("", null);
        Tomcat.addServlet(
                        context,
                        "empty",
                        new HttpServlet() {
                            @Override
                            protected void service(
                                    HttpServletRequest request, HttpServletResponse response)
                                    throws IOException {
                                response.setContentType("application/json");
                                response.setContentLength(body.length);
                                response.getOutputStream().write(body);
                            }
                        })
                .addMapping("/*");
        tomcat.start();
        System.out.println(tomcat.getConnector().getLocalPort());
        tomcat.getServer().await();
    }
}
