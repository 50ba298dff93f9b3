package dev.barnabas.architecture;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertAll;

import com.tngtech.archunit.core.domain.JavaClass;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Every package is documented and null-marked, and packages do not depend on each other in circles. */
final class PackagesTest {

    /** A docstring with something in it, before the annotation and the package. */
    private static final Pattern DOCUMENTED =
            Pattern.compile("\\s*/\\*\\*\\s.{40,}?\\*/\\s*@NullMarked\\s+package .*", Pattern.DOTALL);

    @Test
    void everyPackageIsNullMarked() {
        List<String> unmarked = Barnabas.CLASSES.stream()
                .map(JavaClass::getPackage)
                .distinct()
                .filter(each -> !each.isAnnotatedWith("org.jspecify.annotations.NullMarked"))
                .map(each -> each.getName())
                .sorted()
                .toList();

        assertThat(unmarked).isEmpty();
    }

    @Test
    void everyPackageIsDocumentedInItsPackageInfo() {
        List<Path> packages = Barnabas.sourceFolders().stream()
                .flatMap(folder -> Barnabas.packageFolders(folder).stream())
                .toList();

        assertThat(packages).hasSizeGreaterThan(Barnabas.sourceFolders().size());
        assertAll(packages.stream().map(each -> () -> assertDocumented(each)));
    }

    @Test
    void packagesDoNotDependOnEachOtherInCircles() {
        slices().matching("dev.barnabas.(**)")
                .should()
                .beFreeOfCycles()
                // Generated messages use readers and writers, and the table of APIs names every message.
                .ignoreDependency(
                        resideInAPackage("dev.barnabas.protocol"), resideInAPackage("dev.barnabas.protocol.message"))
                .check(Barnabas.CLASSES);
    }

    private static void assertDocumented(Path folder) throws IOException {
        Path packageInfo = folder.resolve("package-info.java");
        assertThat(packageInfo).exists();
        assertThat(Files.readString(packageInfo))
                .as("%s: a docstring, @NullMarked, the package", Barnabas.REPOSITORY.relativize(packageInfo))
                .matches(DOCUMENTED);
    }
}
