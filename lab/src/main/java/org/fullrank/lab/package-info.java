/// Executable papers: experiments that name their source and their claims, and check every claim.
///
/// [Experiments] lists them. An [Experiment] computes an [Outcome] from a [Setting]. The outcome has claims
/// with measured values, a table and a figure. [ExperimentPage] writes the outcome as Markdown and SVG. The
/// dynamics under test are a component of each experiment. So a test can replace them by wrong dynamics and
/// check that a claim fails. Small dense matrices use EJML, and closed forms are those of
/// `org.fullrank.spectral`.
@NullMarked
package org.fullrank.lab;

import org.jspecify.annotations.NullMarked;
