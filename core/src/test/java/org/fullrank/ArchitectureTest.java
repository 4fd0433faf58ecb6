package org.fullrank;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ArchitectureTest {
    private static final String ROOT = "org.fullrank.";

    /// A package may import those before it.
    private static final List<String> ORDER = List.of(
            "engine",
            "file",
            "settings",
            "linalg",
            "stats",
            "text",
            "data",
            "rows",
            "view",
            "spectral",
            "net",
            "optim",
            "objective",
            "method",
            "independence",
            "diagnose",
            "decompose",
            "probe",
            "run",
            "page",
            "export",
            "monitor",
            "train",
            "trained",
            "preflight",
            "compare");

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_JARS)
            .importPackages("org.fullrank");

    static Stream<String> packagesWithOthersBelow() {
        return ORDER.stream().limit(ORDER.size() - 1L);
    }

    @ParameterizedTest
    @MethodSource("packagesWithOthersBelow")
    void aPackageImportsOnlyThoseAboveIt(String name) {
        String[] below = ORDER.stream()
                .skip(ORDER.indexOf(name) + 1L)
                .map(later -> ROOT + later + "..")
                .toArray(String[]::new);
        noClasses()
                .that()
                .resideInAPackage(ROOT + name + "..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(below)
                .check(CLASSES);
    }

    @Test
    void everyPackageHasItsPlaceInTheOrder() {
        assertThat(packages().stream().map(p -> p.getName().substring(ROOT.length())))
                .containsExactlyInAnyOrderElementsOf(ORDER);
    }

    @Test
    void rowsOfEmbeddingsAreReadWithoutKnowingWhatTheyAreFor() {
        noClasses()
                .that()
                .resideInAPackage(ROOT + "rows..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(ROOT + "diagnose..")
                .check(CLASSES);
    }

    @Test
    void packagesHaveNoCycles() {
        SlicesRuleDefinition.slices()
                .matching(ROOT + "(*)..")
                .should()
                .beFreeOfCycles()
                .check(CLASSES);
    }

    @Test
    void dataAndRunFoldersDoNotKnowTheNativeEngine() {
        noClasses()
                .that()
                .resideInAnyPackage(ROOT + "data..", ROOT + "run..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.bytedeco..")
                .check(CLASSES);
    }

    @Test
    void theLibraryNeverEndsTheProcess() {
        noClasses()
                .should()
                .callMethod(System.class, "exit", int.class)
                .orShould()
                .callMethod(Runtime.class, "halt", int.class)
                .check(CLASSES);
    }

    @Test
    void nothingDrawsFromASharedOrUnkeyedGenerator() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .belongToAnyOf(
                        java.util.Random.class,
                        java.util.SplittableRandom.class,
                        java.util.concurrent.ThreadLocalRandom.class)
                .orShould()
                .callMethod(Math.class, "random")
                .orShould()
                .callMethodWhere(drawsInTheEngine())
                .check(CLASSES);
    }

    private static DescribedPredicate<JavaCall<?>> drawsInTheEngine() {
        Set<String> draws = Set.of(
                "rand",
                "randn",
                "randint",
                "randperm",
                "rand_like",
                "randn_like",
                "normal",
                "bernoulli",
                "multinomial",
                "dropout",
                "manual_seed",
                "normal_",
                "uniform_",
                "random_",
                "bernoulli_");
        String engine = torch.class.getPackageName().replace(".global", "");
        return DescribedPredicate.describe(
                "draws from the engine's generator",
                call -> call.getTargetOwner().getPackageName().startsWith(engine)
                        && draws.contains(call.getTarget().getName()));
    }

    @Test
    void everyPackageSaysThatItIsNullMarked() {
        assertThat(packages())
                .allSatisfy(p -> assertThat(p.isAnnotatedWith(NullMarked.class))
                        .as(p.getName())
                        .isTrue());
    }

    private static Set<JavaPackage> packages() {
        return CLASSES.stream().map(c -> c.getPackage()).collect(Collectors.toSet());
    }
}
