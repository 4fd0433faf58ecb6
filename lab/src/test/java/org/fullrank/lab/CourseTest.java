package org.fullrank.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CourseTest {
    private static final Course COURSE = Course.standard();

    static List<Experiment> experiments() {
        return Experiments.all();
    }

    @Test
    void stepsAreExperimentsAndNoneIsTakenTwice() {
        List<String> steps = COURSE.lessons().stream()
                .flatMap(lesson -> lesson.steps().stream())
                .map(Course.Step::experiment)
                .toList();
        assertThat(steps)
                .doesNotHaveDuplicates()
                .isSubsetOf(Experiments.all().stream().map(Experiment::name).toList());
    }

    @Test
    void anExperimentWithoutALessonIsListedAtTheEnd() {
        List<Course.Lesson> fewer = new ArrayList<>(COURSE.lessons());
        Course.Lesson last = fewer.removeLast();
        String page = new Course(fewer).markdown(Experiments.all());
        assertThat(page.substring(page.indexOf("### More experiments")))
                .contains("- [%s](".formatted(last.steps().getFirst().experiment()));
    }

    @Test
    void thePublishedPageHasTheCourse() throws IOException {
        assertThat(Files.readString(Path.of("../docs/lab/README.md"))).contains(COURSE.markdown(Experiments.all()));
    }

    /// Three sentences for a newcomer come first: a question, the experiment, and what one sees.
    @ParameterizedTest
    @MethodSource("experiments")
    void aPageOpensWithThreeSentencesWithoutFormulas(Experiment experiment) {
        String opening =
                experiment.description().about().strip().split("\n\n")[0].replace('\n', ' ');
        assertThat(opening).contains("? ").contains(" You see ").doesNotContain("`");
        assertThat(opening.split("[.?] ").length).as(opening).isBetween(3, 4);
    }
}
