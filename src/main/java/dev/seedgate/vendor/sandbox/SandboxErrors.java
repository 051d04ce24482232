package dev.seedgate.vendor.sandbox;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.util.DisconnectedClientHelper;

/**
 * Exception handler of this room, ahead of the gateway's: every error is in the vendor's envelope.
 */
@SandboxOnly
@Order(Ordered.HIGHEST_PRECEDENCE)
@RestControllerAdvice(assignableTypes = {SandboxController.class, MediaController.class})
class SandboxErrors {

    private static final Logger log = LoggerFactory.getLogger(SandboxErrors.class);

    @ExceptionHandler
    ResponseEntity<SandboxEnvelope> refused(SandboxException refusal) {
        ResponseEntity.BodyBuilder answer =
                ResponseEntity.status(refusal.status()).contentType(MediaType.APPLICATION_JSON);
        if (refusal.retryAfter() != null) {
            answer.header(HttpHeaders.RETRY_AFTER, "" + refusal.retryAfter().toSeconds());
        }
        return answer.body(SandboxEnvelope.error(refusal.status(), refusal.message()));
    }

    @ExceptionHandler
    @Nullable ResponseEntity<SandboxEnvelope> failed(Exception failure) {
        // Players break connections off all the time, to seek.
        if (DisconnectedClientHelper.isClientDisconnectedException(failure)) {
            return null;
        }
        log.warn("The sandbox failed", failure);
        return ResponseEntity.internalServerError()
                .contentType(MediaType.APPLICATION_JSON)
                .body(SandboxEnvelope.error(500, "The sandbox failed; please try again."));
    }
}
