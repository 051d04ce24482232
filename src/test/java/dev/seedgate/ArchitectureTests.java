package dev.seedgate;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import dev.seedgate.testing.ProductClasses;
import dev.seedgate.vendor.client.Vendor;
import dev.seedgate.vendor.throttle.Permit;
import jakarta.persistence.Entity;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.modulith.ApplicationModule;
import org.springframework.modulith.core.ApplicationModules;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Controller;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionSynchronization;

/** The house rules that a compiler can't hold. */
class ArchitectureTests {

    private static final JavaClasses CLASSES = ProductClasses.all();

    /**
     * A test folder's package-info would stand before main's on the class path, and hide what it
     * allows from the rule below.
     */
    @Test
    void everyRoomDeclaresWhatItMayUse() throws ClassNotFoundException {
        Set<String> rooms = new TreeSet<>();
        for (JavaClass each : CLASSES) {
            if (!each.isAnonymousClass() && !each.getSimpleName().equals("package-info")) {
                rooms.add(each.getPackageName());
            }
        }
        rooms.remove("dev.seedgate");
        assertThat(rooms).hasSizeGreaterThan(25);
        for (String room : rooms) {
            ApplicationModule declared =
                    Class.forName(room + ".package-info").getAnnotation(ApplicationModule.class);
            assertThat(declared).as(room).isNotNull();
            assertThat(declared.allowedDependencies())
                    .as(room)
                    .doesNotContain(ApplicationModule.OPEN_TOKEN);
        }
    }

    /** The build decides on the image's beans, and of conditions AotFallback knows these alone. */
    @Test
    void noBeanHasAConditionButTheSandboxs() {
        String sandboxOnly = "dev.seedgate.vendor.sandbox.SandboxOnly";
        noClasses()
                .that()
                .areNotAnnotatedWith(sandboxOnly)
                .and()
                .doNotHaveFullyQualifiedName(sandboxOnly)
                .should()
                .beMetaAnnotatedWith(Conditional.class)
                .check(CLASSES);
        noMethods().should().beMetaAnnotatedWith(Conditional.class).check(CLASSES);
    }

    @Test
    void roomsUseOnlyTheRoomsTheyMay() {
        ApplicationModules rooms =
                ApplicationModules.of(SeedgateApplication.class, ProductClasses.ARE_GENERATED);
        assertThat(rooms.stream()).hasSizeGreaterThan(25);
        rooms.verify();
    }

    /** A wing stands on those before it; what the rooms of one may use of each other they say. */
    @Test
    void wingsUseOnlyTheWingsBeforeThem() {
        List<String> wings =
                List.of("platform", "access", "vendor", "credit", "task", "billing", "operations");
        assertThat(CLASSES.stream().flatMap(it -> wing(it).stream())).hasSameElementsAs(wings);
        for (JavaClass from : CLASSES) {
            for (Dependency arrow : from.getDirectDependenciesFromSelf()) {
                Optional<String> to = wing(arrow.getTargetClass());
                if (to.isPresent() && wing(from).isPresent()) {
                    assertThat(wings.indexOf(to.get()))
                            .as(arrow.getDescription())
                            .isLessThanOrEqualTo(wings.indexOf(wing(from).get()));
                }
            }
        }
    }

    private static Optional<String> wing(JavaClass type) {
        String[] names = type.getPackageName().split("\\.", -1);
        return names.length > 2 && type.getPackageName().startsWith("dev.seedgate.")
                ? Optional.of(names[2])
                : Optional.empty();
    }

    @Test
    void keepsTheInsideOfARoomInside() {
        classes()
                .that()
                .areAnnotatedWith(Entity.class)
                .or()
                .areMetaAnnotatedWith(Controller.class)
                .or()
                .areAssignableTo(org.springframework.data.repository.Repository.class)
                .or()
                .areAnnotatedWith(Configuration.class)
                .should()
                .notBePublic()
                .because(
                        "entities, repositories, controllers and configurations are nobody else's business")
                .check(CLASSES);
    }

    @Test
    void callsTheVendorInNoTransaction() {
        methods()
                .that()
                .areAnnotatedWith(Transactional.class)
                .or()
                .areDeclaredInClassesThat()
                .areAnnotatedWith(Transactional.class)
                .should(
                        notReach(
                                "a call of the vendor, which takes a permit",
                                call ->
                                        call.getTargetOwner().isEquivalentTo(Vendor.class)
                                                && call.getTarget().getRawParameterTypes().stream()
                                                        .anyMatch(it ->
                                                                it.isEquivalentTo(Permit.class))))
                .andShould(
                        notReach(
                                "a webhook",
                                call ->
                                        call.getTargetOwner()
                                                        .getName()
                                                        .equals(
                                                                "dev.seedgate.operations.delivery.WebhookClient")
                                                && call.getName().equals("send")))
                .andShould(
                        notReach(
                                "a clip's bytes",
                                call ->
                                        call.getTargetOwner()
                                                        .getName()
                                                        .equals(
                                                                "dev.seedgate.vendor.media.MediaClient")
                                                && call.getName().equals("open")))
                .because("a connection must not be held, nor a row locked, while others think")
                .check(CLASSES);
    }

    @Test
    void asksTheDatabaseNothingAtTheEndOfATransaction() {
        noMethods()
                .that()
                .areDeclaredInClassesThat()
                .areAssignableTo(TransactionSynchronization.class)
                .and()
                .areDeclaredInClassesThat()
                .haveNameNotMatching("dev\\.seedgate\\.platform\\.telemetry\\.AfterCommit\\$.*")
                .should()
                .haveNameMatching("after(Commit|Completion)")
                .because(
                        "what runs there still has the ended transaction's connection; what is only counted or told goes through AfterCommit")
                .check(CLASSES);
    }

    @Test
    void callsAddressesOfOthersThroughGuardedClients() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName("dev.seedgate.operations.delivery.WebhookClient")
                .and()
                .resideOutsideOfPackage("dev.seedgate.vendor.media..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.apache.hc..")
                .because("what a name leads to is checked there")
                .check(CLASSES);
    }

    @Test
    void keepsTheClientsTypesInItsRoom() {
        noClasses()
                .that()
                .resideOutsideOfPackages(
                        "dev.seedgate.vendor.client..", "dev.seedgate.vendor.throttle..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "reactor..",
                        "io.netty..",
                        "io.github.resilience4j.circuitbreaker..",
                        "io.github.resilience4j.bulkhead..",
                        "io.github.resilience4j.retry..",
                        "org.springframework.web.reactive..")
                .because("the vendor is behind one port")
                .check(CLASSES);
    }

    @Test
    void takesTheTimeFromAClockOrTheDatabase() {
        noClasses()
                .that()
                .resideOutsideOfPackages(
                        "dev.seedgate.vendor.contract..",
                        "dev.seedgate.vendor.throttle..",
                        "dev.seedgate.vendor.client..",
                        "dev.seedgate.operations.embedded..",
                        "dev.seedgate.operations.startup..")
                .should()
                .callMethod(Instant.class, "now")
                .orShould()
                .callMethod(LocalDate.class, "now")
                .orShould()
                .callMethod(LocalDateTime.class, "now")
                .orShould()
                .callMethod(OffsetDateTime.class, "now")
                .orShould()
                .callMethod(ZonedDateTime.class, "now")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .because("shown time comes from the Clock, deciding time from the database")
                .check(CLASSES);
    }

    @Test
    void asksNobodyWhatCountryTheMachineIsIn() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName("dev.seedgate.SeedgateApplication")
                .should()
                .callMethod(Locale.class, "getDefault")
                .orShould()
                .callMethod(Locale.class, "setDefault", Locale.class)
                .orShould()
                .callMethod(String.class, "toLowerCase")
                .orShould()
                .callMethod(String.class, "toUpperCase")
                .because("the start has made the root locale everybody's")
                .check(CLASSES);
    }

    @Test
    void countsCreditsInWholeNumbers() {
        DescribedPredicate<JavaClass> floating =
                DescribedPredicate.describe(
                        "a floating-point type",
                        type ->
                                Set.of("float", "double", "java.lang.Float", "java.lang.Double")
                                        .contains(type.getName()));
        fields().that()
                .areDeclaredInClassesThat()
                .resideInAnyPackage("dev.seedgate.credit..", "dev.seedgate.billing..")
                // A place in a queue, not money.
                .and()
                .doNotHaveName("startTag")
                .should()
                .notHaveRawType(floating)
                .because("a credit that is rounded is a credit that is lost")
                .check(CLASSES);
    }

    @Test
    void doesPeriodicWorkInLoops() {
        noMethods()
                .should()
                .beAnnotatedWith(Scheduled.class)
                .because("a Loop tells an outage once, and the others don't wait for it")
                .check(CLASSES);
    }

    @Test
    void injectsThroughConstructors() {
        fields().should()
                .notBeAnnotatedWith(Autowired.class)
                .because("what a class needs stands in its constructor")
                .check(CLASSES);
    }

    /** Follows calls from a method through the gateway's own classes. */
    private static ArchCondition<JavaMethod> notReach(
            String what, Predicate<JavaMethodCall> forbidden) {
        return new ArchCondition<>("not reach " + what) {
            @Override
            public void check(JavaMethod start, ConditionEvents events) {
                Set<String> seen = new HashSet<>();
                Deque<JavaMethod> open = new ArrayDeque<>(Set.of(start));
                while (!open.isEmpty()) {
                    for (JavaMethodCall call : open.pop().getMethodCallsFromSelf()) {
                        JavaClass target = call.getTargetOwner();
                        if (forbidden.test(call)) {
                            events.add(
                                    SimpleConditionEvent.violated(
                                            start,
                                            start.getFullName()
                                                    + " reaches "
                                                    + call.getDescription()));
                        }
                        if (target.getPackageName().startsWith("dev.seedgate")
                                && seen.add(call.getTarget().getFullName())) {
                            target.getMethods().stream()
                                    .filter(it -> it.getName().equals(call.getName()))
                                    .forEach(open::add);
                        }
                    }
                }
            }
        };
    }
}
