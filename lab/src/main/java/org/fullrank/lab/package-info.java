/// Executable papers: experiments that state their source and their claims, run, and check every claim.
///
/// [Experiments] lists them. An [Experiment] turns a [Setting] into an [Outcome]: claims with measured figures, a table
/// and a figure, from which [ExperimentPage] writes Markdown and SVG. The dynamics under test are a component of each
/// experiment,
/// so that a test can exchange them for wrong ones and see a claim fail. Small dense matrices are EJML's.
@NullMarked
package org.fullrank.lab;

import org.jspecify.annotations.NullMarked;
