package org.fullrank;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// The rules of the house that the compiler does not know.
class ArchitectureTest {
    /// In which order data flows; a package imports only those before it.
    private static final List<String> ORDER = List.of(
            "engine",
            "data",
            "view",
            "net",
            "optim",
            "objective",
            "method",
            "diagnose",
            "spectral",
            "probe",
            "export",
            "run",
            "train");

    private static JavaClasses classes;

    @BeforeAll
    static void importClasses() {
        classes = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("org.fullrank");
    }

    @Test
    void packagesImportOnlyDownwards() {
        for (int i = 0; i < ORDER.size(); i++) {
            String[] above = ORDER.subList(i + 1, ORDER.size()).stream()
                    .map(name -> "org.fullrank." + name + "..")
                    .toArray(String[]::new);
            if (above.length > 0) {
                noClasses()
                        .that()
                        .resideInAPackage("org.fullrank." + ORDER.get(i) + "..")
                        .should()
                        .dependOnClassesThat()
                        .resideInAnyPackage(above)
                        .allowEmptyShould(true)
                        .check(classes);
            }
        }
    }

    @Test
    void everyPackageHasItsPlaceInTheOrder() {
        Assertions.assertThat(classes.stream()
                        .map(JavaClass::getPackageName)
                        .map(name -> name.substring("org.fullrank.".length()))
                        .distinct())
                .isSubsetOf(ORDER);
    }

    @Test
    void objectivesKnowNothingOfNetworks() {
        noClasses()
                .that()
                .resideInAPackage("org.fullrank.objective")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.fullrank.net", "org.fullrank.data", "org.fullrank.view", "org.fullrank.optim")
                .check(classes);
    }

    @Test
    void dataAndRunsAreReadWithoutTheEngine() {
        noClasses()
                .that()
                .resideInAnyPackage("org.fullrank.data", "org.fullrank.run")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.bytedeco..")
                .check(classes);
    }

    @Test
    void nothingDrawsFromASharedGenerator() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .areAssignableTo(Random.class)
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(ThreadLocalRandom.class)
                .orShould()
                .callMethod(Math.class, "random")
                .check(classes);
    }

    @Test
    void theLibraryNeverEndsTheProcess() {
        noClasses().should().callMethod(System.class, "exit", int.class).check(classes);
    }
}
