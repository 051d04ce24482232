package dev.seedgate.platform.web.api;

import dev.seedgate.platform.database.DatabaseFault;
import io.swagger.v3.oas.annotations.Hidden;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.boot.webmvc.error.ErrorController;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.RequestMapping;

/** Controller of errors that no other controller has seen; answers in the envelope too. */
@Hidden
@Controller
class ApiErrorController implements ErrorController {

    private final ErrorResponseWriter errors;

    ApiErrorController(ErrorResponseWriter errors) {
        this.errors = errors;
    }

    @RequestMapping("/error")
    void error(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (request.getAttribute(RequestDispatcher.ERROR_EXCEPTION) instanceof Exception problem
                && DatabaseFault.of(problem) != null) {
            errors.write(request, response, ApiExceptionHandler.explain(problem, request));
            return;
        }
        Object status = request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE);
        int code = status instanceof Integer known ? known : 404;
        errors.write(request, response, ApiExceptionHandler.byStatus(code, request));
    }
}
