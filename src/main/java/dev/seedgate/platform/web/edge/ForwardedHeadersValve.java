package dev.seedgate.platform.web.edge;

import dev.seedgate.platform.values.StartupException;
import jakarta.servlet.ServletException;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.RemoteIpValve;
import org.apache.tomcat.util.http.MimeHeaders;

/**
 * Valve that takes the client's address, scheme and host from {@code X-Forwarded-For}, {@code
 * -Proto}, {@code -Host} and {@code -Port}, but only from a peer on the list: anybody can write
 * such a header. Of the addresses the right-most counts that is not on the list itself.
 */
final class ForwardedHeadersValve extends RemoteIpValve {

    private static final String FORWARDED_FOR = "X-Forwarded-For";

    private ForwardedHeadersValve(String ranges) {
        setRemoteIpHeader(FORWARDED_FOR);
        setProtocolHeader("X-Forwarded-Proto");
        setHostHeader("X-Forwarded-Host");
        setPortHeader("X-Forwarded-Port");
        setInternalProxies(ranges);
        // By default the private networks would be trusted besides.
        setTrustedProxies(null);
    }

    /** Empty when no proxy is trusted. */
    static Optional<ForwardedHeadersValve> of(List<String> proxies) {
        return proxies.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new ForwardedHeadersValve(
                                proxies.stream()
                                        .map(ForwardedHeadersValve::range)
                                        .collect(Collectors.joining(","))));
    }

    /** Drops what stands left of an entry that is no address: anybody may have written it. */
    @Override
    public void invoke(Request request, Response response) throws IOException, ServletException {
        List<String> chain = chain(request);
        List<String> known = new ArrayList<>();
        for (String hop : chain.reversed()) {
            if (address(hop).isEmpty()) {
                break;
            }
            known.addFirst(hop);
        }
        if (known.size() < chain.size()) {
            MimeHeaders headers = request.getCoyoteRequest().getMimeHeaders();
            headers.removeHeader(FORWARDED_FOR);
            if (!known.isEmpty()) {
                headers.addValue(FORWARDED_FOR).setString(String.join(", ", known));
            }
        }
        super.invoke(request, response);
    }

    private static List<String> chain(Request request) {
        return Collections.list(request.getHeaders(FORWARDED_FOR)).stream()
                .flatMap(line -> List.of(line.split(",", -1)).stream())
                .map(String::strip)
                .toList();
    }

    private static String range(String proxy) {
        String[] parts = proxy.split("/", 2);
        Optional<InetAddress> address = address(parts[0]);
        int bits = address.map(it -> it instanceof Inet6Address ? 128 : 32).orElse(0);
        String length = parts.length == 2 ? parts[1] : String.valueOf(bits);
        if (address.isEmpty()
                || !length.matches("\\d{1,3}")
                || Integer.parseInt(length) > bits
                || Integer.parseInt(length) == 0) {
            throw new StartupException(
                    "SEEDGATE_TRUSTED_PROXIES has \""
                            + proxy
                            + "\": list the addresses or ranges of your own proxies, such as 10.0.0.7 or 10.1.0.0/16.");
        }
        return parts[0] + "/" + length;
    }

    /** An address literal; never asks a name server because of a header. */
    private static Optional<InetAddress> address(String text) {
        try {
            return Optional.of(InetAddress.ofLiteral(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
