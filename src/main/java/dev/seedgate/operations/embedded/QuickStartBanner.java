package dev.seedgate.operations.embedded;

import dev.seedgate.access.team.ApiKeys;
import dev.seedgate.vendor.sandbox.SandboxMode;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/**
 * The text at the end of an embedded start: what a newcomer needs for a first request, of the demo
 * team that this makes.
 */
final class QuickStartBanner implements ApplicationListener<ApplicationReadyEvent> {

    private static final String SANDBOX =
            "SANDBOX: the vendor is the built-in one. Clips are made up and cost nothing; set SEEDGATE_UPSTREAM_API_KEY for real ones.";
    private static final String REAL =
            "The vendor is the real one: every clip costs credits of the company's account.";

    private final DevelopmentSecrets secrets;
    private final boolean adminKeyMade;

    QuickStartBanner(DevelopmentSecrets secrets, boolean adminKeyMade) {
        this.secrets = secrets;
        this.adminKeyMade = adminKeyMade;
    }

    @Override
    public void onApplicationEvent(ApplicationReadyEvent event) {
        event.getApplicationContext()
                .getBean(ApiKeys.class)
                .ensure("demo", "Demo", secrets.demoTeam());
        print(event.getApplicationContext().getEnvironment());
    }

    // Not the log: it is for the person at the terminal, and log files shall hold no keys.
    @SuppressWarnings("SystemOut")
    private void print(Environment environment) {
        System.out.println(text(environment));
    }

    String text(Environment environment) {
        String url = url(environment);
        String team = secrets.demoTeam();
        return """

        Seedgate is ready: %s
        %s
          admin key      %s
          demo team key  %s
          console        %s/console, sign in with the admin key
          API            %s/swagger-ui

        Make a clip:
          curl -X POST %s/api/generate -H 'Authorization: Bearer %s' -H 'Content-Type: application/json' -d '{"prompt":"A paper boat drifts down a rainy street","aspect_ratio":"16:9","duration":"5"}'
        Ask for it, with the task_id of that answer:
          curl -H 'Authorization: Bearer %s' '%s/api/status?task_id=TASK_ID'
        """
                .formatted(
                        url,
                        SandboxMode.isOn(environment) ? SANDBOX : REAL,
                        adminKeyMade ? secrets.admin() : "the one that was configured",
                        team,
                        url,
                        url,
                        url,
                        team,
                        team,
                        url);
    }

    private static String url(Environment environment) {
        String configured = environment.getProperty("seedgate.public-url");
        return StringUtils.hasText(configured)
                ? StringUtils.trimTrailingCharacter(configured, '/')
                : "http://localhost:" + environment.getProperty("local.server.port", "8080");
    }
}
