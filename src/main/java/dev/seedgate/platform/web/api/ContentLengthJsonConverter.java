package dev.seedgate.platform.web.api;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ResolvableType;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpOutputMessage;
import org.springframework.http.converter.json.JacksonJsonHttpMessageConverter;
import org.springframework.util.FastByteArrayOutputStream;
import tools.jackson.databind.json.JsonMapper;

/**
 * Message converter for JSON that announces the length of an answer. Without it each answer is
 * chunked, as its length is not known when its first bytes leave: two writes to the socket for each
 * call instead of one. All answers are bounded pages or single objects, so one fits the memory.
 */
class ContentLengthJsonConverter extends JacksonJsonHttpMessageConverter {

    ContentLengthJsonConverter(JsonMapper mapper) {
        super(mapper);
    }

    @Override
    protected void writeInternal(
            Object object,
            ResolvableType type,
            HttpOutputMessage answer,
            @Nullable Map<String, Object> hints)
            throws IOException {
        FastByteArrayOutputStream body = new FastByteArrayOutputStream();
        super.writeInternal(object, type, new Buffered(answer.getHeaders(), body), hints);
        answer.getHeaders().setContentLength(body.size());
        body.writeTo(answer.getBody());
    }

    private record Buffered(HttpHeaders headers, FastByteArrayOutputStream body)
            implements HttpOutputMessage {

        @Override
        public HttpHeaders getHeaders() {
            return headers;
        }

        @Override
        public OutputStream getBody() {
            return body;
        }
    }
}
