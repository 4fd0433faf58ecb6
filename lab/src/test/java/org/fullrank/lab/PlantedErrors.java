package org.fullrank.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// Experiments whose dynamics are wrong on purpose.
final class PlantedErrors {
    private PlantedErrors() {}

    /// Asserts that every error makes a claim fail, and that every claim fails under some error.
    ///
    /// @param errors names of the errors and the experiments that have them
    static void assertThatEveryClaimCanFail(Map<String, Experiment> errors, Setting setting) {
        Set<String> fallen = new LinkedHashSet<>();
        Set<String> all = new LinkedHashSet<>();
        errors.forEach((error, experiment) -> {
            Outcome outcome = experiment.run(setting);
            Set<String> failed = outcome.claims().stream()
                    .filter(claim -> claim.verdict() == ClaimVerdict.FAILS)
                    .map(Claim::text)
                    .collect(Collectors.toSet());
            assertThat(failed).as(error).isNotEmpty();
            fallen.addAll(failed);
            outcome.claims().forEach(claim -> all.add(claim.text()));
        });
        assertThat(fallen).containsExactlyInAnyOrderElementsOf(all);
    }

    /// Asserts that the claims hold for reference values, that every error makes a claim fail, and that every
    /// claim fails under some error.
    static void assertThatEveryClaimCanFail(List<Claim> reference, List<List<Claim>> errors) {
        assertThat(reference)
                .filteredOn(claim -> claim.verdict() != ClaimVerdict.HOLDS)
                .isEmpty();
        Set<String> fallen = new LinkedHashSet<>();
        for (List<Claim> claims : errors) {
            List<String> failed = claims.stream()
                    .filter(claim -> claim.verdict() == ClaimVerdict.FAILS)
                    .map(Claim::text)
                    .toList();
            assertThat(failed).isNotEmpty();
            fallen.addAll(failed);
        }
        assertThat(fallen)
                .containsExactlyInAnyOrderElementsOf(
                        reference.stream().map(Claim::text).toList());
    }
}
