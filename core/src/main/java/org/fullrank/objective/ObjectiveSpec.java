package org.fullrank.objective;

/// An objective by its published name, with the settings that its paper has.
public sealed interface ObjectiveSpec
        permits Vicreg, //
                VicregPaper,
                VicregSolo,
                NtXent,
                Svmax,
                Lpl,
                LogDet,
                LeJepa,
                BarlowTwins,
                WMse,
                Mmcr,
                Tico {
    /// The objective itself.
    Objective objective();
}
