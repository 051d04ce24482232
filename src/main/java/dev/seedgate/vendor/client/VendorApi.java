package dev.seedgate.vendor.client;

import org.springframework.http.HttpHeaders;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.service.annotation.GetExchange;
import org.springframework.web.service.annotation.HttpExchange;
import org.springframework.web.service.annotation.PostExchange;
import org.springframework.web.util.UriBuilderFactory;
import reactor.core.publisher.Mono;

/** HTTP interface of the vendor's two calls. The answer is kept by the {@link TrackedRequest}. */
@HttpExchange(accept = "application/json")
interface VendorApi {

    @PostExchange(url = "/api/generate", contentType = "application/json")
    Mono<Void> generate(
            UriBuilderFactory base,
            @RequestHeader(HttpHeaders.AUTHORIZATION) String authorization,
            @RequestAttribute(TrackedRequest.ATTRIBUTE) TrackedRequest exchange,
            @RequestBody byte[] body);

    @GetExchange("/api/status")
    Mono<Void> status(
            UriBuilderFactory base,
            @RequestHeader(HttpHeaders.AUTHORIZATION) String authorization,
            @RequestAttribute(TrackedRequest.ATTRIBUTE) TrackedRequest exchange,
            @RequestParam("task_id") String taskId);
}
