package io.sluice;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.net.InetAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The arrows between the packages, and who may import which library. */
class ArchitectureTest {
    private static final JavaClasses GATEWAY = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.sluice");

    /** What each package may import besides its own classes. The root may import all. */
    @ParameterizedTest(name = "{0} -> {1}")
    @CsvSource({
        "listener,  session net mqtt limit identity tls telemetry config",
        "session,   mqtt limit identity telemetry config",
        "upstream,  session net mqtt limit identity tls telemetry config",
        "admin,     session upstream limit telemetry tls config",
        "net,       config",
        "mqtt,      config",
        "limit,     config",
        "identity,  identity",
        "tls,       config",
        "telemetry, config",
        "config,    config identity"
    })
    void importsOnlyAlongTheArrows(String name, String allowed) {
        List<String> packages = new ArrayList<>(List.of("io.sluice." + name + ".."));
        for (String target : allowed.split(" ", -1)) {
            packages.add("io.sluice." + target + "..");
        }

        ArchRule rule = noClasses()
                .that()
                .resideInAPackage("io.sluice." + name + "..")
                .should()
                .dependOnClassesThat(resideInAnyPackage("io.sluice..")
                        .and(resideOutsideOfPackages(packages.toArray(String[]::new))));

        rule.allowEmptyShould(true).check(GATEWAY);
    }

    @Test
    void knowsEveryPackageThatExists() {
        Set<String> known = Set.of(
                "io.sluice",
                "io.sluice.listener",
                "io.sluice.session",
                "io.sluice.upstream",
                "io.sluice.admin",
                "io.sluice.net",
                "io.sluice.mqtt",
                "io.sluice.limit",
                "io.sluice.identity",
                "io.sluice.tls",
                "io.sluice.telemetry",
                "io.sluice.config");

        assertThat(GATEWAY.stream().map(JavaClass::getPackageName).collect(Collectors.toSet()))
                .isSubsetOf(known)
                .contains("io.sluice", "io.sluice.session");
    }

    @Test
    void onlyRootAndEdgesKnowUndertow() {
        noClasses()
                .that()
                .resideOutsideOfPackages(
                        "io.sluice",
                        "io.sluice.listener..",
                        "io.sluice.upstream..",
                        "io.sluice.net..",
                        "io.sluice.admin..")
                .should()
                .dependOnClassesThat(resideInAnyPackage("io.undertow..", "org.xnio.."))
                .check(GATEWAY);
    }

    @Test
    void onlyTlsKnowsBouncyCastle() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.sluice.tls..")
                .should()
                .dependOnClassesThat(resideInAnyPackage("org.bouncycastle.."))
                .check(GATEWAY);
    }

    @Test
    void onlyOneClassKnowsConscryptWhichIsNotAlwaysThere() {
        noClasses()
                .that()
                .haveNameNotMatching("io\\.sluice\\.tls\\.ConscryptTls(\\$.*)?")
                .should()
                .dependOnClassesThat(resideInAnyPackage("org.conscrypt.."))
                .check(GATEWAY);
    }

    @Test
    void mqttLimitAndIdentityNeedLittle() {
        classes()
                .that()
                .resideInAnyPackage("io.sluice.mqtt..", "io.sluice.identity..")
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(
                        "io.sluice.mqtt..", "io.sluice.identity..", "io.sluice.config..", "java..", "org.jspecify.."))
                .check(GATEWAY);
        classes()
                .that()
                .resideInAPackage("io.sluice.limit..")
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(
                        "io.sluice.limit..",
                        "io.sluice.config..",
                        "java..",
                        "org.jspecify..",
                        "com.github.benmanes.caffeine.."))
                .allowEmptyShould(true)
                .check(GATEWAY);
    }

    @Test
    void configNeedsTheJdkAndHowAddressesAreWritten() {
        classes()
                .that()
                .resideInAPackage("io.sluice.config..")
                .should()
                .onlyDependOnClassesThat(
                        resideInAnyPackage("io.sluice.config..", "io.sluice.identity..", "java..", "org.jspecify..")
                                .or(assignableTo("org.wildfly.common.net.Inet")))
                .check(GATEWAY);
    }

    @Test
    void coreDoesNoInputOutput() {
        noClasses()
                .that()
                .resideInAPackage("io.sluice.session..")
                .should()
                .dependOnClassesThat(resideInAnyPackage(
                                "java.net..", "java.io..", "java.nio.channels..", "java.nio.file..", "javax.net..")
                        .and(not(assignableTo(InetAddress.class)))
                        .and(not(assignableTo(SocketAddress.class))))
                .check(GATEWAY);
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("io.sluice.(*)..").should().beFreeOfCycles().check(GATEWAY);
    }

    @Test
    void nothingImportsTheRoot() {
        noClasses()
                .that()
                .resideInAPackage("io.sluice.*..")
                .should()
                .dependOnClassesThat(resideInAnyPackage("io.sluice"))
                .check(GATEWAY);
    }
}
