package org.fullrank.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The order of the modules and of their packages. The command line sees all modules but `flink` and
/// `spark`, so this is the place. The packages within core have a test of their own there.
class ModulesTest {
    private static final String ROOT = "org.fullrank.";

    private static final String CORE = "core";

    /// Modules, and those that each may import.
    private static final Map<String, Set<String>> IMPORTS = Map.of(
            "online",
            Set.of(),
            "stream",
            Set.of("online"),
            "image",
            Set.of(),
            "runtime",
            Set.of("image"),
            CORE,
            Set.of("image"),
            "lab",
            Set.of(CORE, "online"),
            "search",
            Set.of(CORE),
            "serve",
            Set.of(CORE, "search"),
            "cli",
            Set.of(CORE, "online", "stream", "lab", "search", "serve"));

    /// Not under test classes, however they are laid out.
    private static final ImportOption PRODUCTION =
            location -> !location.contains("/test-classes/") && !location.contains("/test/");

    private static final JavaClasses CLASSES =
            new ClassFileImporter().withImportOption(PRODUCTION).importPackages("org.fullrank");

    static Set<String> modules() {
        return IMPORTS.keySet();
    }

    /// Each module but core has one package of its own name; all other packages are those of core.
    private static String module(JavaClass type) {
        String name = type.getPackageName().substring(ROOT.length()).split("\\.")[0];
        return IMPORTS.containsKey(name) ? name : CORE;
    }

    private static DescribedPredicate<JavaClass> ofFullrank(
            String description, java.util.function.Predicate<JavaClass> predicate) {
        return DescribedPredicate.describe(
                description, type -> type.getPackageName().startsWith(ROOT) && predicate.test(type));
    }

    @ParameterizedTest
    @MethodSource("modules")
    void aModuleImportsOnlyThoseBelowIt(String module) {
        Set<String> allowed = Objects.requireNonNull(IMPORTS.get(module));
        noClasses()
                .that(ofFullrank("are of module " + module, type -> module(type).equals(module)))
                .should()
                .dependOnClassesThat(ofFullrank(
                        "are of another module than " + allowed,
                        type -> !module(type).equals(module) && !allowed.contains(module(type))))
                .check(CLASSES);
    }

    @Test
    void packagesOfAllModulesHaveNoCycles() {
        SlicesRuleDefinition.slices()
                .matching(ROOT + "(*)..")
                .should()
                .beFreeOfCycles()
                .check(CLASSES);
    }

    @ParameterizedTest
    @MethodSource("modules")
    void everyModuleIsSeen(String module) {
        assertThat(CLASSES.stream().filter(type -> module(type).equals(module))).hasSizeGreaterThan(1);
    }

    /// A reader who meets a class name must know which class it is.
    @Test
    void noTwoTopLevelClassesShareASimpleName() {
        Set<String> modules = Set.of(CORE, "cli", "search", "serve", "lab");
        Map<String, List<String>> byName = CLASSES.stream()
                .filter(type -> modules.contains(module(type)))
                .filter(type -> type.isTopLevelClass() && !type.getSimpleName().equals("package-info"))
                .collect(Collectors.groupingBy(
                        JavaClass::getSimpleName,
                        TreeMap::new,
                        Collectors.mapping(JavaClass::getName, Collectors.toCollection(ArrayList::new))));
        assertThat(byName.values()).allSatisfy(names -> assertThat(names).hasSize(1));
    }
}
