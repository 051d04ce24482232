package dev.seedgate.vendor.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class SandboxActivationTests {

    private final ApplicationContextRunner runner =
            new ApplicationContextRunner()
                    .withPropertyValues("seedgate.sandbox-api-key=x")
                    .withUserConfiguration(SandboxSettingsAlone.class);

    @Test
    void isTheVendorWhileThereIsNoKeyOfAnother() {
        runner.run(context -> assertThat(context).hasSingleBean(SandboxSettings.class));
        runner.withPropertyValues("seedgate.upstream-api-key= ", "seedgate.upstream-api-key-file=")
                .run(context -> assertThat(context).hasSingleBean(SandboxSettings.class));
    }

    @Test
    void isGoneWhenTheRealVendorIsConfigured() {
        runner.withPropertyValues("seedgate.upstream-api-key=real")
                .run(context -> assertThat(context).doesNotHaveBean(SandboxSettings.class));
        runner.withPropertyValues("seedgate.upstream-api-key-file=/run/secrets/key")
                .run(context -> assertThat(context).doesNotHaveBean(SandboxSettings.class));
    }

    @Test
    void refusesSettingsThatMakeNoSense() {
        runner.withPropertyValues("seedgate.sandbox-credits=-1")
                .run(context -> assertThat(context).hasFailed());
        runner.withPropertyValues("seedgate.sandbox-render-time=-1s")
                .run(context -> assertThat(context).hasFailed());
    }

    /** Found as in the gateway, which has them while the sandbox is the vendor only. */
    @ConfigurationPropertiesScan
    static class SandboxSettingsAlone {}
}
