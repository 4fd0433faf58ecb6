package org.fullrank.objective;

/// Papers that several losses or parts of methods cite.
public final class Papers {
    public static final String VICREG = "Bardes, Ponce, LeCun: VICReg, ICLR 2022, arXiv 2105.04906";
    public static final String BYOL = "Grill et al.: Bootstrap your own latent, NeurIPS 2020, arXiv 2006.07733";
    public static final String SIMSIAM = "Chen, He: SimSiam, CVPR 2021, arXiv 2011.10566";
    public static final String DIRECTPRED =
            "Tian, Chen, Ganguli: Self-supervised dynamics, ICML 2021, arXiv 2102.06810";
    public static final String DIRECTCOPY =
            "Wang et al.: Towards demystifying representation learning, 2021, arXiv 2110.04947";
    public static final String ISOLOSS =
            "Halvagal, Laborieux, Zenke: Implicit variance regularization, NeurIPS 2023, arXiv 2212.04858";
    public static final String SVMAX = "Taha, Hanson, Shrivastava, Davis: SVMax, arXiv 2103.02770";
    public static final String LPL = "Halvagal, Zenke: latent predictive learning, Nature Neuroscience 2023";
    public static final String LEJEPA = "Balestriero, LeCun: LeJEPA, arXiv 2511.08544";
    public static final String UNIFORMITY = "Wang, Isola: alignment and uniformity, ICML 2020, arXiv 2005.10242";
    public static final String CLOSED_FORMS =
            "Kiani et al. 2022, arXiv 2209.14884; Balestriero, LeCun 2022, arXiv 2205.11508";

    private Papers() {}
}
