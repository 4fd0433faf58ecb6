/// Executable papers: experiments that name their source and their claims, run, and check every claim.
///
/// [Experiments] lists them. An [Experiment] computes an [Outcome] from a [Setting]: claims with measured
/// figures, a table and a figure. [ExperimentPage] writes the outcome as Markdown and SVG. The dynamics under
/// test are a component of each experiment, so a test can replace them by wrong ones and check that a claim
/// fails. Small dense matrices use EJML.
@NullMarked
package org.fullrank.lab;

import org.jspecify.annotations.NullMarked;
