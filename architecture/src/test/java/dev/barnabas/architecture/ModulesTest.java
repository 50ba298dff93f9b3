package dev.barnabas.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.tngtech.archunit.core.domain.JavaClass;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Who may use whom: the module table of ARCHITECTURE.md, and which libraries belong to which package. */
final class ModulesTest {

    /** Modules without classes here: tests only, no part of the product, or the rules themselves. */
    private static final Set<String> WITHOUT_CLASSES =
            Set.of("architecture", "conformance", "conformance-streams", "benchmarks");

    /** Libraries by package, and the packages (with those below) that may use them. */
    private static final Map<String, List<String>> LIBRARIES = Map.ofEntries(
            Map.entry("io.netty", List.of("dev.barnabas.host.live")),
            Map.entry("com.github.luben.zstd", List.of("dev.barnabas.protocol.record")),
            Map.entry("net.jpountz", List.of("dev.barnabas.protocol.record")),
            Map.entry("org.xerial.snappy", List.of("dev.barnabas.protocol.record")),
            Map.entry("com.google.re2j", List.of("dev.barnabas.groups", "dev.barnabas.transactions")),
            Map.entry("org.apache.ratis", List.of("dev.barnabas.metadata.ratis")),
            Map.entry("org.apache.kafka", List.of()),
            Map.entry("tools.jackson", List.of("dev.barnabas.protocol.generator", "dev.barnabas.cli")),
            Map.entry("picocli", List.of("dev.barnabas.cli")),
            Map.entry("io.prometheus", List.of("dev.barnabas.gateway")),
            Map.entry("com.sun.net.httpserver", List.of("dev.barnabas.gateway")),
            Map.entry("ch.qos.logback", List.of("dev.barnabas.server", "dev.barnabas.cli")));

    private final ModuleTable table = ModuleTable.read();

    @Test
    void theTableAndTheModulesOfTheBuildAreTheSame() {
        Set<String> withClasses = Barnabas.CLASSES.stream()
                .map(table::moduleOf)
                .flatMap(Optional::stream)
                .collect(Collectors.toSet());

        assertThat(table.uses().keySet())
                .as("the rows of ARCHITECTURE.md; a module must be on the test class path of this one")
                .containsExactlyInAnyOrderElementsOf(Stream.concat(withClasses.stream(), WITHOUT_CLASSES.stream())
                        .toList());
        assertThat(Barnabas.CLASSES.stream().filter(type -> table.moduleOf(type).isEmpty()))
                .as("classes outside of their module's package")
                .isEmpty();
    }

    @TestFactory
    Stream<DynamicTest> aModuleUsesOnlyWhatStandsInItsRow() {
        return table.uses().keySet().stream()
                .filter(module -> !WITHOUT_CLASSES.contains(module))
                .sorted()
                .map(module -> dynamicTest(
                        module,
                        () -> classes()
                                .that(describe("belong to " + module, type -> isOf(module, type)))
                                .should()
                                .onlyDependOnClassesThat(describe(
                                        "are not Barnabas' or belong to one of " + table.permitted(module),
                                        used -> isPermitted(module, used)))
                                .check(Barnabas.CLASSES)));
    }

    @Test
    void brokerAndClientDoNotKnowEachOther() {
        assertThat(table.permitted("broker")).doesNotContain("client");
        assertThat(table.permitted("client")).doesNotContain("broker");
        assertThat(table.permitted("peer")).containsExactly("host", "peer", "protocol");
    }

    @Test
    void onlyProcessesChooseTheLiveImplementationsOfThePorts() {
        noClasses()
                .that()
                .resideOutsideOfPackages("dev.barnabas.host.live..", "dev.barnabas.server..", "dev.barnabas.cli..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.barnabas.host.live..")
                .check(Barnabas.CLASSES);
    }

    @TestFactory
    Stream<DynamicTest> aLibraryIsUsedWhereItBelongs() {
        return LIBRARIES.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(library -> dynamicTest(
                        library.getKey(),
                        () -> noClasses()
                                .that(describe(
                                        "are not in " + library.getValue(),
                                        type -> library.getValue().stream()
                                                .noneMatch(owner -> resideInAnyPackage(owner + "..")
                                                        .test(type))))
                                .should()
                                .dependOnClassesThat()
                                .resideInAPackage(library.getKey() + "..")
                                .check(Barnabas.CLASSES)));
    }

    private boolean isOf(String module, JavaClass type) {
        return table.moduleOf(type).filter(module::equals).isPresent();
    }

    private boolean isPermitted(String module, JavaClass used) {
        JavaClass type = used.getBaseComponentType();
        return !type.getPackageName().startsWith("dev.barnabas")
                || table.moduleOf(type)
                        .filter(table.permitted(module)::contains)
                        .isPresent();
    }
}
