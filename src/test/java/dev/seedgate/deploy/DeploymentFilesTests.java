package dev.seedgate.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.convert.DurationStyle;
import org.yaml.snakeyaml.Yaml;

/** What is shipped beside the jar: the compose file and the Kubernetes manifests. */
class DeploymentFilesTests {

    private static final String SECRETS = "/run/secrets/seedgate";
    private static final Path KUBERNETES = Path.of("deploy", "kubernetes");
    private static final List<HasMetadata> EXAMPLE = Manifests.of(KUBERNETES.resolve("example"));
    private static final Deployment DEPLOYMENT = Manifests.one(EXAMPLE, Deployment.class);
    private static final Job MIGRATION = Manifests.one(EXAMPLE, Job.class);
    private static final JsonNode COMPOSE =
            Manifests.documents(Path.of("docker-compose.yml")).getFirst();

    @ParameterizedTest
    @ValueSource(strings = {"base", "example"})
    void namesEveryManifestInItsKustomization(String folder) throws IOException {
        Path path = KUBERNETES.resolve(folder);
        String kustomization = Files.readString(path.resolve("kustomization.yaml"));
        assertThat(Manifests.of(path)).isNotEmpty();
        try (Stream<Path> files = Files.list(path)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .filteredOn(name -> !name.equals("kustomization.yaml"))
                    .isNotEmpty()
                    .allSatisfy(name -> assertThat(kustomization).contains(name));
        }
    }

    @Test
    void grantsMoreTimeToStopThanTheGatewayTakes() {
        Duration takes = settingOf("lifecycle", "timeout-per-shutdown-phase");
        long waitsBefore = gateway().getLifecycle().getPreStop().getSleep().getSeconds();
        assertThat(DEPLOYMENT.getSpec().getTemplate().getSpec().getTerminationGracePeriodSeconds())
                .isGreaterThan(takes.toSeconds() + waitsBefore);
        assertThat(duration(COMPOSE.at("/x-gateway/stop_grace_period"))).isGreaterThan(takes);
    }

    @Test
    void runsWithoutRightsAndWithoutAWritableDisk() {
        Stream.of(DEPLOYMENT.getSpec().getTemplate(), MIGRATION.getSpec().getTemplate())
                .map(template -> template.getSpec())
                .forEach(DeploymentFilesTests::hasNoRights);
        assertThat(COMPOSE.at("/x-gateway/read_only").asBoolean()).isTrue();
    }

    /** With anchors and merges resolved, as compose reads it. */
    @Test
    void confinesEveryServiceOfCompose() throws IOException {
        Map<String, Map<String, Object>> services =
                Objects.requireNonNull(
                        new Yaml()
                                .<Map<String, Map<String, Map<String, Object>>>>load(
                                        Files.readString(Path.of("docker-compose.yml")))
                                .get("services"));
        assertThat(services).containsKeys("gateway", "migration", "database", "proxy", "grafana");
        services.forEach((name, service) -> {
            assertThat(service.get("cap_drop")).as(name).isEqualTo(List.of("ALL"));
            assertThat(service.get("security_opt"))
                    .as(name)
                    .isEqualTo(List.of("no-new-privileges:true"));
            assertThat(service).as(name).containsKeys("mem_limit", "pids_limit");
            assertThat(service).as(name).doesNotContainKeys("privileged", "network_mode", "pid");
            assertThat(service.getOrDefault("cap_add", List.of()))
                    .as(name)
                    .isEqualTo(
                            switch (name) {
                                case "database" ->
                                        List.of(
                                                "CHOWN",
                                                "DAC_OVERRIDE",
                                                "FOWNER",
                                                "SETGID",
                                                "SETUID");
                                case "proxy" -> List.of("CHOWN", "SETGID", "SETUID");
                                default -> List.of();
                            });
        });
    }

    @Test
    void letsInOnlyWhomThePolicyNames() {
        NetworkPolicy policy = Manifests.one(EXAMPLE, NetworkPolicy.class);
        assertThat(policy.getSpec().getPolicyTypes()).containsExactly("Ingress", "Egress");
        assertThat(policy.getSpec().getIngress())
                .isNotEmpty()
                .allSatisfy(rule -> {
                    assertThat(rule.getPorts()).isNotEmpty();
                    assertThat(rule.getFrom())
                            .isNotEmpty()
                            .allSatisfy(peer ->
                                    assertThat(peer.getNamespaceSelector().getMatchLabels())
                                            .isNotEmpty());
                });
        assertThat(policy.getSpec().getEgress())
                .isNotEmpty()
                .allSatisfy(rule -> assertThat(rule.getPorts()).isNotEmpty());
    }

    @Test
    void believesTheDatabaseByItsCertificateAlone() {
        List<String> urls =
                EXAMPLE.stream()
                        .filter(ConfigMap.class::isInstance)
                        .map(it -> ((ConfigMap) it).getData().get("SPRING_DATASOURCE_URL"))
                        .toList();
        assertThat(urls)
                .hasSize(2)
                .allSatisfy(url ->
                        assertThat(url)
                                .contains("sslmode=verify-full")
                                .endsWith("sslrootcert=" + SECRETS + "/database-ca.crt"));
        for (PodSpec pod :
                List.of(
                        DEPLOYMENT.getSpec().getTemplate().getSpec(),
                        MIGRATION.getSpec().getTemplate().getSpec())) {
            assertThat(pod.getContainers().getFirst().getVolumeMounts().getFirst().getMountPath())
                    .isEqualTo(SECRETS);
            assertThat(secret(pod).getStringData()).containsKey("database-ca.crt");
        }
    }

    private static void hasNoRights(PodSpec pod) {
        assertThat(pod.getAutomountServiceAccountToken()).isFalse();
        assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
        assertThat(pod.getContainers())
                .allSatisfy(container -> {
                    var rights = container.getSecurityContext();
                    assertThat(rights.getReadOnlyRootFilesystem()).isTrue();
                    assertThat(rights.getAllowPrivilegeEscalation()).isFalse();
                    assertThat(rights.getCapabilities().getDrop()).containsExactly("ALL");
                });
    }

    @Test
    void restartsForNothingButADeadProcess() {
        assertThat(gateway().getLivenessProbe().getHttpGet().getPath())
                .isEqualTo("/actuator/health/liveness");
        assertThat(gateway().getReadinessProbe().getHttpGet().getPath())
                .isEqualTo("/actuator/health/readiness");
        assertThat(
                        List.of(
                                gateway().getStartupProbe(),
                                gateway().getLivenessProbe(),
                                gateway().getReadinessProbe()))
                .allSatisfy(probe ->
                        assertThat(probe.getHttpGet().getPort().getStrVal()).isEqualTo(portName()));
    }

    @Test
    void bindsThePartsTogether() {
        var labels = DEPLOYMENT.getSpec().getTemplate().getMetadata().getLabels();
        Service service = Manifests.one(EXAMPLE, Service.class);
        assertThat(labels)
                .containsAllEntriesOf(service.getSpec().getSelector())
                .containsAllEntriesOf(DEPLOYMENT.getSpec().getSelector().getMatchLabels())
                .containsAllEntriesOf(
                        Manifests.one(EXAMPLE, PodDisruptionBudget.class)
                                .getSpec()
                                .getSelector()
                                .getMatchLabels());
        // Else the Service would send requests to the migration.
        assertThat(MIGRATION.getSpec().getTemplate().getMetadata().getLabels())
                .doesNotContainEntry(
                        "app.kubernetes.io/name", labels.get("app.kubernetes.io/name"));
        assertThat(service.getSpec().getPorts().getFirst().getTargetPort().getStrVal())
                .isEqualTo(portName());
        var backend =
                Manifests.one(EXAMPLE, Ingress.class)
                        .getSpec()
                        .getRules()
                        .getFirst()
                        .getHttp()
                        .getPaths()
                        .getFirst()
                        .getBackend()
                        .getService();
        assertThat(backend.getName()).isEqualTo(service.getMetadata().getName());
        assertThat(backend.getPort().getName())
                .isEqualTo(service.getSpec().getPorts().getFirst().getName());
    }

    @Test
    void keepsTheOwnersPasswordFromTheGateway() {
        Secret gateway = secret(DEPLOYMENT.getSpec().getTemplate().getSpec());
        Secret migration = secret(MIGRATION.getSpec().getTemplate().getSpec());
        assertThat(gateway.getStringData())
                .containsOnlyKeys(
                        "spring.datasource.password",
                        "admin-key",
                        "upstream-api-key",
                        "seedgate.webhooks-key",
                        "database-ca.crt");
        assertThat(migration.getStringData())
                .containsOnlyKeys("spring.flyway.password", "database-ca.crt");
        assertThat(Manifests.one(EXAMPLE, ConfigMap.class).getData().keySet())
                .noneMatch(name -> name.matches(".*(PASSWORD|KEY)"));
    }

    /** Compose mounts each as a file: one that is not there stops everything. */
    @Test
    void hasEachSecretOfComposeForTryingAndMakesARealOne() throws IOException {
        String made = Files.readString(Path.of("deploy", "make-secrets"));
        List<String> names =
                COMPOSE.path("secrets").propertyStream().map(Map.Entry::getKey).toList();
        assertThat(names)
                .contains("admin-key", "webhooks-key")
                .allSatisfy(name -> {
                    assertThat(Path.of("deploy", "development-secrets", name)).exists();
                    assertThat(made).contains(name);
                });
    }

    /** The secret that the pod mounts, as the example makes it. */
    private static Secret secret(PodSpec pod) {
        String name = pod.getVolumes().getFirst().getSecret().getSecretName();
        return EXAMPLE.stream()
                .filter(Secret.class::isInstance)
                .map(Secret.class::cast)
                .filter(secret -> secret.getMetadata().getName().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no secret " + name));
    }

    private static Container gateway() {
        return DEPLOYMENT.getSpec().getTemplate().getSpec().getContainers().getFirst();
    }

    private static String portName() {
        return gateway().getPorts().getFirst().getName();
    }

    private static Duration settingOf(String parent, String name) {
        return duration(
                Manifests.documents(Path.of("src/main/resources/application.yaml"))
                        .getFirst()
                        .path("spring")
                        .path(parent + "." + name));
    }

    private static Duration duration(JsonNode text) {
        return DurationStyle.detectAndParse(text.asText());
    }
}
