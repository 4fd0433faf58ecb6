package org.fullrank.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NumbersTest {
    @ParameterizedTest
    @CsvSource({
        "0,0",
        "3,3",
        "-12,-12",
        "0.1,0.1000",
        "0.5,0.5",
        "12.3456,12.35",
        "1234.56,1235",
        "12345.6,12350",
        "999999,999999",
        "1000000,1.00e+06",
        "0.001,0.001000",
        "0.0001234,1.23e-04",
        "NaN,-",
        "Infinity,Infinity",
    })
    void numbersHaveFourDigits(double value, String text) {
        assertThat(Numbers.number(value)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"0.5436,0.544", "55.31,55.3", "63,63", "1234.5,1230", "0.0126,0.0126"})
    void digitsCanBeChosen(double value, String text) {
        assertThat(Numbers.number(value, 3)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"0.5,0.5", "0,0", "3.14159265,3.1416", "0.0001,1e-4", "0.00012,1.2e-4", "12000000,1.2e7", "NaN,NaN"})
    void compactNumbersHaveNoTrailingZeros(double value, String text) {
        assertThat(Numbers.compact(value)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({
        "0,0.000",
        "0.5,0.500",
        "12.345,12.35",
        "123.45,123.5",
        "1234.5,1235",
        "1.5e7,1.50e+07",
        "-0.0001,-1.00e-04",
        "NaN,NaN",
    })
    void steadyNumbersKeepTheirWidth(double value, String text) {
        assertThat(Numbers.steady(value)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"0,0 s", "99.4,99 s", "100,2 min", "5940,99 min", "6000,1 h 40 min", "90000,25 h 0 min"})
    void timesAreInWords(double seconds, String text) {
        assertThat(Numbers.duration(seconds)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({
        "0,0 bytes",
        "1023,1023 bytes",
        "1024,1 KiB",
        "300000,293 KiB",
        "1048576,1 MiB",
        "1073741824,1.0 GiB",
        "1610612736,1.5 GiB"
    })
    void sizesHaveTheLargestUnitThatFits(double bytes, String text) {
        assertThat(Numbers.bytes(bytes)).isEqualTo(text);
    }

    @Test
    void oneThingIsSingular() {
        assertThat(Numbers.count(0, "step")).isEqualTo("0 steps");
        assertThat(Numbers.count(1, "step")).isEqualTo("1 step");
        assertThat(Numbers.count(12, "seed")).isEqualTo("12 seeds");
    }

    @Test
    void sharesAndProbabilities() {
        assertThat(Numbers.percent(0.8766)).isEqualTo("87.7 %");
        assertThat(Numbers.pValue(0.0009)).isEqualTo("< 0.001");
        assertThat(Numbers.pValue(0.0499)).isEqualTo("0.050");
    }

    @Test
    void theLanguageOfTheMachineChangesNothing() {
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.GERMANY);
        try {
            assertThat(Numbers.percent(0.5) + Numbers.number(0.1) + Numbers.steady(0.5))
                    .doesNotContain(",");
        } finally {
            Locale.setDefault(before);
        }
    }
}
