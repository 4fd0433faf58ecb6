"""usage: loss_peer.py [--toolkits lightly,solo,spt,official] [--losses vicreg,barlow-twins,nt-xent,w-mse,lejepa] [--n 256]
    [--dims 2048,8192] [--threads 2] [--seconds 5]

Measures the forward and backward pass of a loss on two views [N, D] in float32, like Fullrank's ObjectiveBench. x is noise
and y = x + noise / 2. Each pass has new leaf tensors. The result is the median time. W-MSE needs N > D, so it is measured
with N=256 D=64 and N=1024 D=128. lejepa has 256 directions and 17 points.

official has the formulas of facebookresearch for VICReg and Barlow Twins, copied into this file because their classes
contain the network. For W-MSE and LeJEPA, it uses the code of the authors.
"""

import argparse
import time

import common

p = argparse.ArgumentParser()
p.add_argument("--toolkits", default="lightly,solo,spt,official")
p.add_argument("--losses", default="vicreg,barlow-twins,nt-xent,w-mse,lejepa")
p.add_argument("--n", type=int, default=256)
p.add_argument("--dims", default="2048,8192")
p.add_argument("--threads", type=int, default=2)
p.add_argument("--seconds", type=float, default=5)
a = p.parse_args()
common.use_threads(a.threads)

import statistics
import warnings

warnings.filterwarnings("ignore")
import torch
import torch.nn.functional as F

torch.set_num_threads(a.threads)
MISSING = object()


def off_diagonal(x):
    n = x.shape[0]
    return x.flatten()[:-1].view(n - 1, n + 1)[:, 1:].flatten()


def official_vicreg(x, y):
    n, d = x.shape
    repr_loss = F.mse_loss(x, y)
    x = x - x.mean(dim=0)
    y = y - y.mean(dim=0)
    std_x = torch.sqrt(x.var(dim=0) + 0.0001)
    std_y = torch.sqrt(y.var(dim=0) + 0.0001)
    std_loss = torch.mean(F.relu(1 - std_x)) / 2 + torch.mean(F.relu(1 - std_y)) / 2
    cov_x, cov_y = (x.T @ x) / (n - 1), (y.T @ y) / (n - 1)
    cov_loss = off_diagonal(cov_x).pow_(2).sum().div(d) + off_diagonal(cov_y).pow_(2).sum().div(d)
    return 25 * repr_loss + 25 * std_loss + cov_loss


def official_barlow(d):
    bn = torch.nn.BatchNorm1d(d, affine=False)

    def loss(x, y):
        c = (bn(x).T @ bn(y)).div_(len(x))
        return torch.diagonal(c).add_(-1).pow_(2).sum() + 0.0051 * off_diagonal(c).pow_(2).sum()

    return loss


def sliced(regularizer):
    """LeJEPA with the defaults of Fullrank: 0.02 times SIGReg, plus 0.98 times the distance to the mean of the views."""

    def loss(x, y):
        middle = (x + y) / 2
        distance = ((x - middle).square().mean() + (y - middle).square().mean()) / 2
        return 0.02 * (regularizer(x) + regularizer(y)) / 2 + 0.98 * distance

    return loss


def whitened(layer):
    return lambda x, y: (F.normalize(layer(x), dim=1) - F.normalize(layer(y), dim=1)).square().sum(1).mean()


def lightly(name, n, d):
    from lightly import loss as L

    if name == "w-mse":
        # A new object for each call, because its running statistics keep the graph of the previous step.
        return lambda x, y: L.WMSELoss(embedding_dim=d, w_size=n, w_iter=1)(torch.cat([x, y]))
    if name == "lejepa":
        from lightly.loss.lejepa_loss import LeJEPALoss

        made = LeJEPALoss(0.02, sigreg_num_vectors=256)
        return lambda x, y: made(local_proj=y[None], global_proj=x[None])  # it needs local and global views
    return {"vicreg": L.VICRegLoss, "barlow-twins": L.BarlowTwinsLoss, "nt-xent": lambda: L.NTXentLoss(0.2)}[name]()


def solo(name, n, d):
    from solo import losses as L

    if name == "w-mse":
        from solo.utils.whitening import Whitening2d

        return whitened(Whitening2d(d))
    index = torch.arange(n).repeat(2)
    return {"vicreg": L.vicreg_loss_func, "barlow-twins": L.barlow_loss_func, "lejepa": MISSING,
            "nt-xent": lambda x, y: L.simclr_loss_func(torch.cat([x, y]), index, 0.2)}[name]


def spt(name, n, d):
    from stable_pretraining import losses as L

    if name == "w-mse":
        from stable_pretraining.methods.wmse import _eigen_whiten

        return whitened(_eigen_whiten)
    if name == "lejepa":
        from stable_pretraining.methods.lejepa import SlicedEppsPulley

        return sliced(SlicedEppsPulley(256))
    return {"vicreg": L.VICRegLoss, "barlow-twins": L.BarlowTwinsLoss, "nt-xent": lambda: L.NTXEntLoss(0.2)}[name]()


def official(name, n, d):
    if name == "w-mse":
        import importlib.util

        path = common.ROOT / "official/htdt+self-supervised/methods/whitening.py"
        spec = importlib.util.spec_from_file_location("whitening", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return whitened(module.Whitening2d(d, track_running_stats=False))
    if name == "lejepa":
        import lejepa

        return sliced(lejepa.multivariate.SlicingUnivariateTest(lejepa.univariate.EppsPulley(), 256))
    return {"vicreg": official_vicreg, "barlow-twins": official_barlow(d), "nt-xent": MISSING}[name]


VERSION = dict(lightly=lambda: common.version("lightly"), solo=lambda: "9187ea3",
               spt=lambda: common.version("stable-pretraining"), official=lambda: "2025-12")
for name in a.losses.split(","):
    for n, d in [(256, 64), (1024, 128)] if name == "w-mse" else [(a.n, int(d)) for d in a.dims.split(",")]:
        torch.manual_seed(1)
        x0 = torch.randn(n, d)
        y0 = x0 + torch.randn(n, d) / 2
        for toolkit in a.toolkits.split(","):
            what = "loss %s N=%d D=%d" % (name, n, d)
            try:
                loss = globals()[toolkit](name, n, d)
                if loss is MISSING:
                    continue
                times, end = [], time.perf_counter() + a.seconds
                while len(times) < 4 or time.perf_counter() < end and len(times) < 200:
                    x, y = x0.clone().requires_grad_(), y0.clone().requires_grad_()
                    began = time.perf_counter()
                    value = loss(x, y)
                    value.backward()
                    times.append(time.perf_counter() - began)
                ms = 1e3 * statistics.median(times[1:])
                common.emit(toolkit, VERSION[toolkit](), what, n / ms * 1e3, len(times) - 1, a.threads, "fp32", common.rss_mb(),
                            ms=round(ms, 2), fastest_ms=round(1e3 * min(times), 2), value=round(value.item(), 5))
            except Exception as e:
                common.emit(toolkit, VERSION[toolkit](), what, None, 0, a.threads, "fp32", common.rss_mb(),
                            error=repr(e)[:300])
