package dev.seedgate.platform.web.edge;

import dev.seedgate.platform.values.ErrorCode;
import dev.seedgate.platform.values.RequestId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Valve that writes the server's own refusals, of requests so broken that they never reach a
 * filter: a bad request line, headers that are too large. Public, because Tomcat makes it by name.
 */
public class JsonErrorReportValve extends ErrorReportValve {

    private static final Logger LOG = LoggerFactory.getLogger(JsonErrorReportValve.class);

    @Override
    protected void report(Request request, Response response, @Nullable Throwable problem) {
        if (response.getStatus() < 400
                || response.getContentWritten() > 0
                || !response.setErrorReported()) {
            return;
        }
        int status = clientError(response.getStatus());
        ErrorCode code = status < 500 ? ErrorCode.INVALID_REQUEST : ErrorCode.INTERNAL_ERROR;
        String message = status < 500 ? "The request is malformed." : "Something went wrong here.";
        response.setStatus(status);
        String id = RequestId.next();
        response.setHeader(RequestId.HEADER, id);
        response.setContentType("application/json");
        try {
            response.getOutputStream()
                    .write(
                            "{\"code\":%d,\"message\":\"%s\",\"error\":\"%s\",\"request_id\":\"%s\"}"
                                    .formatted(status, message, code, id)
                                    .getBytes(StandardCharsets.UTF_8));
            response.finishResponse();
        } catch (IOException e) {
            LOG.debug("the client was gone before it could be refused", e);
        }
    }

    /** 400 instead of 501 and 505: a request that nothing here supports is the client's error. */
    private static int clientError(int status) {
        return status == 501 || status == 505 ? 400 : status;
    }
}
