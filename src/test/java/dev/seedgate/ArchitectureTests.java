package dev.seedgate;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import jakarta.persistence.Entity;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.Configuration;
import org.springframework.modulith.core.ApplicationModules;
import org.springframework.stereotype.Controller;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionSynchronization;

/** The house rules that a compiler can't hold. */
class ArchitectureTests {

    private static final JavaClasses CLASSES =
            new ClassFileImporter()
                    .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                    .importPackages("dev.seedgate");

    @Test
    void roomsUseOnlyTheRoomsTheyMay() {
        ApplicationModules.of(SeedgateApplication.class).verify();
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
                .should(notReach("dev.seedgate.upstream.Vendor", Set.of("submit", "poll")))
                .andShould(notReach("dev.seedgate.alert.Webhook", Set.of("send")))
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
                .haveNameNotMatching("dev\\.seedgate\\.telemetry\\.AfterCommit\\$.*")
                .should()
                .haveNameMatching("after(Commit|Completion)")
                .because(
                        "what runs there still has the ended transaction's connection; what is only counted or told goes through AfterCommit")
                .check(CLASSES);
    }

    @Test
    void sendsAlertsThroughOneDoor() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName("dev.seedgate.alert.Webhook")
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
                .resideOutsideOfPackage("dev.seedgate.upstream..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "reactor..",
                        "io.netty..",
                        "io.github.resilience4j..",
                        "org.springframework.web.reactive..")
                .because("the vendor is behind one port")
                .check(CLASSES);
    }

    @Test
    void takesTheTimeFromAClockOrTheDatabase() {
        noClasses()
                .that()
                .resideOutsideOfPackages(
                        "dev.seedgate.upstream..",
                        "dev.seedgate.embedded..",
                        "dev.seedgate.startup..")
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
    void injectsThroughConstructors() {
        fields().should()
                .notBeAnnotatedWith(Autowired.class)
                .because("what a class needs stands in its constructor")
                .check(CLASSES);
    }

    /** Follows calls from a method through the gateway's own classes. */
    private static ArchCondition<JavaMethod> notReach(String owner, Set<String> names) {
        return new ArchCondition<>("not reach " + owner + " " + names) {
            @Override
            public void check(JavaMethod start, ConditionEvents events) {
                Set<String> seen = new HashSet<>();
                Deque<JavaMethod> open = new ArrayDeque<>(Set.of(start));
                while (!open.isEmpty()) {
                    for (JavaAccess<?> call : open.pop().getMethodCallsFromSelf()) {
                        JavaClass target = call.getTargetOwner();
                        if (target.getName().equals(owner) && names.contains(call.getName())) {
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
