package org.fullrank.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.fullrank.engine.InputException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class YamlTest {
    enum Filter {
        BICUBIC,
        NEAREST_NEIGHBOR
    }

    sealed interface Loss {}

    record Hinge(double gamma, double epsilon) implements Loss {
        public static Hinge defaults() {
            return new Hinge(1, 1e-4);
        }
    }

    @Named("nt-xent")
    record NtXent(double temperature) implements Loss {
        NtXent {
            if (temperature <= 0) {
                throw new InputException("temperature: found " + temperature + ", expected more than 0");
            }
            if (temperature > 5) {
                throw new InputException("the temperature " + temperature + " is too hot");
            }
        }

        public static NtXent defaults() {
            return new NtXent(0.5);
        }
    }

    record Schedule(int epochs, double warmup, boolean cosine) {
        public static Schedule defaults() {
            return new Schedule(10, 0.5, true);
        }
    }

    record Crop(int size, Filter filter) {
        public static Crop defaults() {
            return new Crop(32, Filter.BICUBIC);
        }
    }

    record Plan(
            String name,
            long seed,
            Path path,
            @Nullable String label,
            @Nullable Integer limit,
            Loss loss,
            List<Loss> extras,
            List<Crop> crops,
            List<Integer> widths,
            Schedule schedule) {
        public static Plan defaults() {
            return new Plan(
                    "plan",
                    1,
                    Path.of("shapes"),
                    null,
                    null,
                    new Hinge(2, 1e-3),
                    List.of(),
                    List.of(Crop.defaults(), new Crop(16, Filter.NEAREST_NEIGHBOR)),
                    List.of(512, 512),
                    new Schedule(20, 1, true));
        }
    }

    record Strict(String name, int count) {}

    private static Plan plan(String text, String... settings) {
        return Yaml.read("recipe test.yaml", text, Plan.class, List.of(settings));
    }

    @Nested
    class Reading {
        @Test
        void anEmptyTextGivesTheDefaults() {
            assertThat(plan("# nothing but this\n")).isEqualTo(Plan.defaults());
        }

        @Test
        void missingKeysOfAnObjectComeFromTheEnclosingDefaults() {
            assertThat(plan("schedule: {warmup: 3}").schedule()).isEqualTo(new Schedule(20, 3, true));
            assertThat(plan("loss: {gamma: 5}").loss()).isEqualTo(new Hinge(5, 1e-3));
        }

        @Test
        void anotherTypeStartsFromItsOwnDefaults() {
            assertThat(plan("loss: {type: nt-xent}").loss()).isEqualTo(new NtXent(0.5));
            assertThat(plan("loss: nt-xent").loss()).isEqualTo(new NtXent(0.5));
        }

        @Test
        void listsReplaceTheDefaultListAndTheirElementsAreCompleted() {
            assertThat(plan("crops: [{size: 8}]").crops()).containsExactly(new Crop(8, Filter.BICUBIC));
            assertThat(plan("extras: [nt-xent, {type: hinge, gamma: 3}]").extras())
                    .containsExactly(new NtXent(0.5), new Hinge(3, 1e-4));
        }

        @ParameterizedTest
        @CsvSource({"1e-4,1e-4", "1E3,1000", "+2.5,2.5", ".5,0.5", "3,3", "-0.25,-0.25", "1.0e-4,1e-4", "3.,3"})
        void numbersAreReadAsOneWritesThem(String text, double expected) {
            assertThat(plan("schedule: {warmup: " + text + "}").schedule().warmup())
                    .isEqualTo(expected);
        }

        @Test
        void wholeNumbersMayBeWrittenAsFloats() {
            assertThat(plan("seed: 1e3").seed()).isEqualTo(1000);
            assertThat(plan("schedule: {epochs: 3.0}").schedule().epochs()).isEqualTo(3);
        }

        @Test
        void nullIsTakenWhereARecordAllowsIt() {
            assertThat(plan("{label: null, limit: ~}").limit()).isNull();
            assertThat(plan("{label: class, limit: 5}").limit()).isEqualTo(5);
        }

        @Test
        void enumsTakeHyphensAndAnyCase() {
            assertThat(plan("crops: [{filter: Nearest-Neighbor}]")
                            .crops()
                            .getFirst()
                            .filter())
                    .isEqualTo(Filter.NEAREST_NEIGHBOR);
        }
    }

    @Nested
    class Refusing {
        private void refuses(String text, String message) {
            assertThatThrownBy(() -> plan(text))
                    .isInstanceOf(InputException.class)
                    .hasMessage("recipe test.yaml: " + message);
        }

        @Test
        void anUnknownKeyNamesTheNearestSibling() {
            refuses(
                    "loss: {gama: 1}",
                    "unknown key loss.gama; did you mean loss.gamma? (known in loss: type, gamma, epsilon)");
        }

        @Test
        void anUnknownKeyNamesTheSameKeyElsewhereWhenNoSiblingIsNear() {
            assertThatThrownBy(() -> plan("", "epochs=3"))
                    .hasMessageStartingWith("--set: unknown key epochs; did you mean schedule.epochs? (known: name, ");
        }

        @Test
        void anUnrelatedKeyGetsNoSuggestion() {
            assertThatThrownBy(() -> plan("xyzzyplugh: 1")).hasMessageContaining("unknown key xyzzyplugh (known: ");
        }

        @Test
        void wrongTypesNamePathFoundAndExpected() {
            refuses("schedule: {epochs: ten}", "schedule.epochs: found \"ten\", expected a whole number");
            refuses("schedule: {epochs: 2.5}", "schedule.epochs: found 2.5, expected a whole number");
            refuses(
                    "schedule: {epochs: 3e9}",
                    "schedule.epochs: found 3.0E9, expected a whole number from -2147483648 to 2147483647");
            refuses("schedule: {epochs: 1e999999999}", "schedule.epochs: found Infinity, expected a whole number");
            refuses("schedule: {warmup: [1]}", "schedule.warmup: found a list of 1, expected a number");
            refuses("schedule: {cosine: yes please}", "schedule.cosine: found \"yes please\", expected true or false");
            refuses("schedule: 3", "schedule: found 3, expected keys epochs, warmup, cosine");
            refuses("seed:", "seed: found nothing, expected a whole number");
            refuses("widths: 3", "widths: found 3, expected a list, each element a whole number");
            refuses("widths: [1, b]", "widths.1: found \"b\", expected a whole number");
            refuses("[1]", "found a list of 1, expected keys " + String.join(", ", RecordShape.keys(Plan.class)));
        }

        @Test
        void unknownNamesSuggestTheNearest() {
            refuses(
                    "loss: nt-xnet",
                    "loss.type: found \"nt-xnet\", expected one of hinge, nt-xent; did you mean nt-xent?");
            refuses(
                    "crops: [{filter: cubic}]",
                    "crops.0.filter: found \"cubic\", expected one of bicubic, nearest-neighbor"
                            + "; did you mean bicubic?");
        }

        @Test
        void aConstructorsReasonGetsThePath() {
            refuses("loss: {type: nt-xent, temperature: 0}", "loss.temperature: found 0.0, expected more than 0");
            refuses("loss: {type: nt-xent, temperature: 9}", "loss: the temperature 9.0 is too hot");
        }

        @Test
        void aMissingRequiredKeyIsNamed() {
            assertThatThrownBy(() -> Yaml.read("file", "name: a", Strict.class, List.of()))
                    .hasMessage("file: missing key count, expected a whole number; add it or pass --set count=VALUE");
            assertThat(Yaml.read("file", "name: a", Strict.class, List.of("count=2")))
                    .isEqualTo(new Strict("a", 2));
        }

        @ParameterizedTest
        @ValueSource(strings = {"a: [1", "name: a\nname: b", "\tname: a", "name: a\n---\nname: b", "a: *b", "{{{{"})
        void brokenTextIsOneLine(String text) {
            assertThatThrownBy(() -> plan(text))
                    .isInstanceOf(InputException.class)
                    .message()
                    .startsWith("recipe test.yaml: ")
                    .doesNotContain("\n");
        }
    }

    @Nested
    class Settings {
        @Test
        void everyKindOfValueCanBeSet() {
            Plan plan = plan(
                    "",
                    "name=a = b",
                    "seed=7",
                    "schedule.warmup=1e-3",
                    "schedule.cosine=false",
                    "crops.1.size=24",
                    "widths=[1, 2, 3]",
                    "widths.0=9",
                    "limit=4",
                    "extras=[nt-xent]");
            assertThat(plan.name()).isEqualTo("a = b");
            assertThat(plan.seed()).isEqualTo(7);
            assertThat(plan.schedule()).isEqualTo(new Schedule(20, 1e-3, false));
            assertThat(plan.crops()).containsExactly(Crop.defaults(), new Crop(24, Filter.NEAREST_NEIGHBOR));
            assertThat(plan.widths()).containsExactly(9, 2, 3);
            assertThat(plan.limit()).isEqualTo(4);
            assertThat(plan.extras()).containsExactly(new NtXent(0.5));
        }

        @Test
        void aChangedTypeDropsTheKeysOfTheOldOneWhateverTheOrder() {
            assertThat(plan("loss: {gamma: 3}", "loss.temperature=0.1", "loss.type=nt-xent")
                            .loss())
                    .isEqualTo(new NtXent(0.1));
            assertThat(plan("", "loss=nt-xent", "loss.temperature=0.2").loss()).isEqualTo(new NtXent(0.2));
        }

        @Test
        void aTypeStartsFromItsDefaultsEvenIfItWasTheSame() {
            assertThat(plan("loss: {gamma: 3}", "loss.type=hinge").loss())
                    .isEqualTo(plan("loss: hinge").loss());
            assertThat(plan("loss: {gamma: 3}", "loss.type=hinge", "loss.gamma=4")
                            .loss())
                    .isEqualTo(plan("loss: {type: hinge, gamma: 4}").loss());
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                value = {
                    "los.gamma=1|--set: unknown key los; did you mean loss? (known: ",
                    "loss.gama=1|--set: unknown key loss.gama; did you mean loss.gamma? ",
                    "crops.2.size=1|--set crops.2.size=1: found element \"2\" of the list crops, expected 0 to 1; ",
                    "seed.x=1|--set seed.x=1: seed is a single value, found key x below it; set seed itself",
                    "seed|--set: found \"seed\", expected KEY=VALUE, for example --set train.epochs=20",
                    "a..b=1|--set: found \"a..b=1\", expected KEY=VALUE, ",
                    "=1|--set: found \"=1\", expected KEY=VALUE, ",
                    "widths=[1|--set widths=[1: not valid YAML at line 1: ",
                    "seed=many|recipe test.yaml: seed: found \"many\", expected a whole number",
                })
        void wrongSettingsAreRefused(String setting, String message) {
            assertThatThrownBy(() -> plan("", setting))
                    .isInstanceOf(InputException.class)
                    .message()
                    .startsWith(message);
        }
    }

    @Nested
    class Writing {
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "plain",
                    "true",
                    "No",
                    "null",
                    "1e3",
                    "007",
                    "",
                    " space ",
                    "a: b",
                    "# hash",
                    "quote\"s",
                    "line\nbreak",
                    "-",
                    "ünïcode ✓",
                    "*star",
                    "a, b",
                    "tab\t\\"
                })
        void everyTextReadsBackEqual(String text) {
            Plan plan = plan("");
            Plan named = new Plan(
                    text,
                    Long.MIN_VALUE,
                    Path.of("/data/My files [1]"),
                    text,
                    3,
                    new NtXent(1e-9),
                    List.of(new Hinge(-0.0, 1e22), new NtXent(Double.MIN_VALUE)),
                    plan.crops(),
                    List.of(),
                    new Schedule(1, 1.0 / 3, false));
            assertThat(plan(Yaml.write(named))).isEqualTo(named);
        }

        @Test
        void everyValueIsWrittenInTheOrderOfTheRecord() {
            assertThat(Yaml.write(plan("extras: [{type: nt-xent, temperature: 1e-4}]")))
                    .isEqualTo("""
                    name: plan
                    seed: 1
                    path: shapes
                    label: null
                    limit: null
                    loss:
                      type: hinge
                      gamma: 2
                      epsilon: 0.001
                    extras:
                      - type: nt-xent
                        temperature: 1.0e-4
                    crops:
                      - size: 32
                        filter: bicubic
                      - size: 16
                        filter: nearest-neighbor
                    widths: [512, 512]
                    schedule:
                      epochs: 20
                      warmup: 1
                      cosine: true
                    """);
        }
    }
}
