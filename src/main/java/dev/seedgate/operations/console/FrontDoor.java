package dev.seedgate.operations.console;

import io.swagger.v3.oas.annotations.Hidden;
import jakarta.servlet.http.HttpServletRequest;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;

/**
 * The page at the gateway's bare address: a browser is redirected to the console, others are told
 * where to look.
 */
@Hidden
@Controller
class FrontDoor {

    @GetMapping("/")
    ResponseEntity<Map<String, String>> open(HttpServletRequest request) {
        String accept = String.valueOf(request.getHeader(HttpHeaders.ACCEPT));
        String base = request.getContextPath();
        if (accept.contains(MediaType.TEXT_HTML_VALUE)) {
            return ResponseEntity.status(HttpStatus.FOUND)
                    .header(HttpHeaders.LOCATION, base + "/console")
                    .varyBy(HttpHeaders.ACCEPT)
                    .build();
        }
        Map<String, String> signs = new LinkedHashMap<>();
        signs.put("name", "Seedgate");
        signs.put("api_description", base + "/v3/api-docs");
        signs.put("api_page", base + "/swagger-ui");
        signs.put("console", base + "/console");
        return ResponseEntity.ok()
                .varyBy(HttpHeaders.ACCEPT)
                .contentType(MediaType.APPLICATION_JSON)
                .body(signs);
    }
}
