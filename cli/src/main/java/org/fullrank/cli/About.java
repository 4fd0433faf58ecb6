package org.fullrank.cli;

import org.fullrank.objective.BarlowTwins;
import org.fullrank.objective.Covariance;
import org.fullrank.objective.Decorrelation;
import org.fullrank.objective.LogVariance;
import org.fullrank.objective.Lpl;
import org.fullrank.objective.MeanSingularValue;
import org.fullrank.objective.Mmcr;
import org.fullrank.objective.NtXent;
import org.fullrank.objective.ObjectiveSpec;
import org.fullrank.objective.Regularizer;
import org.fullrank.objective.Svmax;
import org.fullrank.objective.Tico;
import org.fullrank.objective.VarianceHinge;
import org.fullrank.objective.Vicreg;
import org.fullrank.objective.VicregPaper;
import org.fullrank.objective.VicregSolo;
import org.fullrank.objective.WMse;

/// What is told about an objective or a regulariser beyond its settings.
///
/// @param idea what it asks of embeddings
/// @param paper where it was published
record About(String idea, String paper) {
    private static final String VICREG = "Bardes, Ponce, LeCun: VICReg, ICLR 2022, arXiv 2105.04906";
    private static final String SVMAX = "Taha, Hanson, Shrivastava, Davis: SVMax, arXiv 2103.02770";
    private static final String LPL = "Halvagal, Zenke: latent predictive learning, Nature Neuroscience 2023";

    static About of(ObjectiveSpec objective) {
        return switch (objective) {
            case Vicreg _ ->
                new About(
                        "views agree, each dimension varies, no two correlate; normalised as the official code",
                        VICREG);
            case VicregPaper _ ->
                new About(
                        "views agree, each dimension varies, no two correlate; normalised as the paper prints it",
                        VICREG);
            case VicregSolo _ ->
                new About("views agree, each dimension varies, no two correlate; normalised as solo-learn", VICREG);
            case NtXent _ ->
                new About(
                        "each view finds its sibling among all others of the batch (SimCLR)",
                        "Chen, Kornblith, Norouzi, Hinton: SimCLR, ICML 2020, arXiv 2002.05709");
            case Svmax _ -> new About("views agree in direction, singular values on the sphere are alike", SVMAX);
            case Lpl _ ->
                new About("views predict each other, each dimension varies (log-variance), no two correlate", LPL);
            case BarlowTwins _ ->
                new About(
                        "the cross-correlation of the views is the identity",
                        "Zbontar, Jing, Misra, LeCun, Deny: Barlow Twins, ICML 2021, arXiv 2103.03230");
            case WMse _ ->
                new About(
                        "each view is whitened, and the whitened views agree",
                        "Ermolov, Siarohin, Sangineto, Sebe: W-MSE, ICML 2021, arXiv 2007.06346");
            case Mmcr _ ->
                new About(
                        "centroids of the views on the sphere have a large nuclear norm",
                        "Yerxa, Kuang, Simoncelli, Chung: MMCR, NeurIPS 2023, arXiv 2303.03307");
            case Tico _ ->
                new About(
                        "views agree in direction, away from where this and earlier batches lie",
                        "Zhu, Moraes, Karakulak, Sobol, Canziani, LeCun: TiCo, 2022, arXiv 2206.10698");
        };
    }

    static About of(Regularizer regularizer) {
        return switch (regularizer) {
            case VarianceHinge _ -> new About("standard deviations of at least gamma", VICREG);
            case Covariance _ -> new About("no two dimensions correlate; squared covariances over D", VICREG);
            case LogVariance _ -> new About("large variances, ever less the larger they are", LPL);
            case Decorrelation _ -> new About("no two dimensions correlate; mean squared covariance", LPL);
            case MeanSingularValue _ -> new About("a large mean singular value, between two known bounds", SVMAX);
        };
    }
}
