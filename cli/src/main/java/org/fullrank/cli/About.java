package org.fullrank.cli;

import org.fullrank.method.MethodSpec;
import org.fullrank.method.PredictorSpec;
import org.fullrank.method.TargetSpec;
import org.fullrank.objective.BarlowTwins;
import org.fullrank.objective.Covariance;
import org.fullrank.objective.Decorrelation;
import org.fullrank.objective.HypersphereUniformity;
import org.fullrank.objective.LeJepa;
import org.fullrank.objective.LogDet;
import org.fullrank.objective.LogDetEntropy;
import org.fullrank.objective.LogVariance;
import org.fullrank.objective.Lpl;
import org.fullrank.objective.MeanSingularValue;
import org.fullrank.objective.Mmcr;
import org.fullrank.objective.NtXent;
import org.fullrank.objective.ObjectiveSpec;
import org.fullrank.objective.Regression;
import org.fullrank.objective.Regularizer;
import org.fullrank.objective.SlicedGaussianity;
import org.fullrank.objective.Svmax;
import org.fullrank.objective.Tico;
import org.fullrank.objective.VarianceHinge;
import org.fullrank.objective.Vicreg;
import org.fullrank.objective.VicregPaper;
import org.fullrank.objective.VicregSolo;
import org.fullrank.objective.WMse;

/// What is told about a method, an objective or a regulariser beyond its settings.
///
/// @param idea what it asks of embeddings
/// @param paper where it was published
record About(String idea, String paper) {
    private static final String VICREG = "Bardes, Ponce, LeCun: VICReg, ICLR 2022, arXiv 2105.04906";
    private static final String BYOL = "Grill et al.: Bootstrap your own latent, NeurIPS 2020, arXiv 2006.07733";
    private static final String SIMSIAM = "Chen, He: SimSiam, CVPR 2021, arXiv 2011.10566";
    private static final String DIRECT = "Tian, Chen, Ganguli: Self-supervised dynamics, ICML 2021, arXiv 2102.06810";
    private static final String ISO =
            "Halvagal, Laborieux, Zenke: Implicit variance regularization, NeurIPS 2023, arXiv 2212.04858";
    private static final String SVMAX = "Taha, Hanson, Shrivastava, Davis: SVMax, arXiv 2103.02770";
    private static final String LPL = "Halvagal, Zenke: latent predictive learning, Nature Neuroscience 2023";
    private static final String ENTROPY = "Shwartz-Ziv et al.: What do we maximize in SSL?, arXiv 2207.10081";
    private static final String MCR2 = "Yu et al.: maximal coding rate reduction, NeurIPS 2020, arXiv 2006.08558";
    private static final String LEJEPA = "Balestriero, LeCun: LeJEPA, arXiv 2511.08544";
    private static final String UNIFORMITY = "Wang, Isola: alignment and uniformity, ICML 2020, arXiv 2005.10242";

    static About of(MethodSpec method) {
        return switch (method) {
            case MethodSpec.Joint _ ->
                new About(
                        "one network for all views, an objective on what its projector makes of them",
                        "VICReg, SimCLR and their kin: see the objectives");
            case MethodSpec.Distillation _ ->
                new About(
                        "a predictor on one view meets the target that another view gives",
                        "BYOL, SimSiam and their kin: see the presets");
            case MethodSpec.Local _ ->
                new About(
                        "each block learns by itself, no gradient flows from one to the one before; not for resnet",
                        LPL);
        };
    }

    /// About a published method by its name.
    static About preset(String preset) {
        return switch (preset) {
            case "byol" -> new About("an MLP predicts what a slow copy of the network makes of the other view", BYOL);
            case "simsiam" -> new About("the same network without gradient in place of the slow copy", SIMSIAM);
            case "directpred" -> new About("a linear predictor set from the correlation of its input", DIRECT);
            case "directpred-freq5" -> new About("the same, set every fifth step and trained in between", DIRECT);
            case "directcopy" ->
                new About(
                        "the predictor is the correlation itself; constants as in the IsoLoss code",
                        "Wang et al.: Towards demystifying representation learning, 2021, arXiv 2110.04947");
            case "isoloss" -> new About("no mode of the predictor learns slower than another; cosines", ISO);
            case "isoloss-euclidean" -> new About("the same on squared distances", ISO);
            case "lpl-local" -> new About("each block learns by itself with the three terms of LPL", LPL);
            default -> throw new IllegalStateException("no words about method " + preset);
        };
    }

    static About of(PredictorSpec predictor) {
        return switch (predictor) {
            case PredictorSpec.Identity _ -> new About("nothing between embedding and target", BYOL);
            case PredictorSpec.Mlp _ -> new About("linear, batch norm, ReLU, linear", BYOL);
            case PredictorSpec.Linear _ -> new About("one trained matrix, symmetric if asked", DIRECT);
            case PredictorSpec.Optimal _ -> new About("the least-squares solution, symmetrised", DIRECT);
            case PredictorSpec.DirectSet _ -> new About("set from the correlation of its own input", DIRECT);
        };
    }

    static About of(TargetSpec target) {
        return switch (target) {
            case TargetSpec.StopGradient _ -> new About("the same network, without gradient", SIMSIAM);
            case TargetSpec.Gradient _ -> new About("the same network, with gradient: the ablation", SIMSIAM);
            case TargetSpec.Ema _ -> new About("a second network that follows slowly", BYOL);
        };
    }

    static About of(Regression regression) {
        return switch (regression) {
            case Regression.Cosine _ -> new About("the cosine of prediction and target", BYOL);
            case Regression.Euclidean _ -> new About("their squared distance", DIRECT);
            case Regression.IsoCosine _ -> new About("the cosine, every mode learning at one rate", ISO);
            case Regression.IsoEuclidean _ -> new About("the squared distance, every mode at one rate", ISO);
        };
    }

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
            case LogDet _ -> new About("views agree, the covariance of the embeddings has a large volume", ENTROPY);
            case LeJepa _ -> new About("views predict their mean, embeddings are a standard Gaussian", LEJEPA);
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
            case LogDetEntropy _ -> new About("a covariance of large volume, the coding rate", MCR2);
            case SlicedGaussianity _ -> new About("a standard Gaussian along random directions (SIGReg)", LEJEPA);
            case HypersphereUniformity _ -> new About("directions spread over the sphere", UNIFORMITY);
        };
    }
}
