#!/usr/bin/env python3
"""Trains SimCLR with a ResNet-18 in PyTorch on a GPU by the settings of `published-nt-xent`, and measures it by the
protocol of `fullrank evaluate`.

    bench/gpu/peer_train.py FOLDER [EPOCHS] [BATCH] [SEED]

FOLDER has train/CLASS/*.jpg and test/CLASS/*.jpg. Everything runs on the GPU: the images, the views, the step (bf16
autocast, channels_last, updates of all tensors at once) and the probes. Differences from Fullrank: the order of the four
color changes is drawn for each batch instead of each image, and a crop reads the picture with torch's bicubic sampler.
"""
import json
import math
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
import torchvision
from PIL import Image
from torch import nn

FOLDER = Path(sys.argv[1])
EPOCHS = int(sys.argv[2]) if len(sys.argv) > 2 else 200
BATCH = int(sys.argv[3]) if len(sys.argv) > 3 else 512
SEED = int(sys.argv[4]) if len(sys.argv) > 4 else 1
SIZE, WARMUP, TEMPERATURE, DECAY, ETA = 32, 10, 0.2, 1e-4, 0.02
RATE = 0.4 * BATCH / 256
MEAN = torch.tensor([0.4914, 0.4822, 0.4465]).view(1, 3, 1, 1)
STD = torch.tensor([0.247, 0.2435, 0.2616]).view(1, 3, 1, 1)
GRAY = torch.tensor([0.299, 0.587, 0.114]).view(1, 3, 1, 1)


def read(split):
    names = sorted(p.name for p in (FOLDER / split).iterdir())
    files = [(f, k) for k, name in enumerate(names) for f in sorted((FOLDER / split / name).iterdir())]
    with ThreadPoolExecutor(16) as pool:
        images = list(pool.map(lambda f: np.asarray(Image.open(f[0]).convert("RGB")), files))
    pixels = torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2).contiguous()
    return pixels.cuda(), torch.tensor([k for _, k in files]).cuda()


def uniform(n, low, high):
    return torch.empty(n, device="cuda").uniform_(low, high)


def crop(x):
    """Random resized crop (scale 0.08 to 1, ratio 3/4 to 4/3) and flip. [B, 3, 32, 32]"""
    n = len(x)
    area, ratio = uniform(n, 0.08, 1), torch.exp(uniform(n, math.log(3 / 4), math.log(4 / 3)))
    w, h = torch.sqrt(area * ratio).clamp(max=1), torch.sqrt(area / ratio).clamp(max=1)
    cx, cy = (2 * torch.rand(n, device="cuda") - 1) * (1 - w), (2 * torch.rand(n, device="cuda") - 1) * (1 - h)
    flip = torch.where(torch.rand(n, device="cuda") < 0.5, -1.0, 1.0)
    zero = torch.zeros_like(w)
    theta = torch.stack([torch.stack([w * flip, zero, cx], 1), torch.stack([zero, h, cy], 1)], 1)
    grid = F.affine_grid(theta, x.shape, align_corners=False)
    return F.grid_sample(x, grid, mode="bicubic", padding_mode="border", align_corners=False).clamp(0, 1)


def hue(x, shift):
    """Turns the hue by a share of the circle in HSV, as torchvision does."""
    high, low = x.amax(1), x.amin(1)
    span = high - low
    safe = torch.where(span == 0, torch.ones_like(span), span)
    r, g, b = ((high.unsqueeze(1) - x) / safe.unsqueeze(1)).unbind(1)
    h = torch.where(high == x[:, 0], b - g, torch.where(high == x[:, 1], 2 + r - b, 4 + g - r))
    h = torch.where(span == 0, torch.zeros_like(h), h) / 6 + shift.view(-1, 1, 1)
    s = span / torch.where(high == 0, torch.ones_like(high), high)
    k = (torch.tensor([5.0, 3.0, 1.0], device="cuda").view(1, 3, 1, 1) + 6 * h.unsqueeze(1)) % 6
    return high.unsqueeze(1) * (1 - s.unsqueeze(1) * torch.minimum(k, 4 - k).clamp(0, 1))


def jitter(x):
    n, gray = len(x), GRAY.cuda()
    chosen = (torch.rand(n, device="cuda") < 0.8).view(-1, 1, 1, 1)
    y = x
    for op in torch.randperm(4).tolist():
        f = uniform(n, 0.2, 1.8).view(-1, 1, 1, 1)
        if op == 0:
            y = (y * f).clamp(0, 1)
        elif op == 1:
            y = (f * y + (1 - f) * (y * gray).sum(1, keepdim=True).mean((2, 3), keepdim=True)).clamp(0, 1)
        elif op == 2:
            y = (f * y + (1 - f) * (y * gray).sum(1, keepdim=True)).clamp(0, 1)
        else:
            y = hue(y, uniform(n, -0.2, 0.2))
    y = torch.where(chosen, y, x)
    return torch.where((torch.rand(n, device="cuda") < 0.2).view(-1, 1, 1, 1), (y * gray).sum(1, keepdim=True).expand_as(y), y)


def blur(x, radius=6):
    n = len(x)
    sigma = uniform(n, 0.1, 2).view(-1, 1)
    offsets = torch.arange(-radius, radius + 1, device="cuda").view(1, -1)
    taps = torch.exp(-(offsets**2) / (2 * sigma**2))
    taps = taps / taps.sum(1, keepdim=True)
    y = x
    for dim in (2, 3):
        pad = (0, 0, radius, radius) if dim == 2 else (radius, radius, 0, 0)
        wide = F.pad(y, pad, mode="replicate").unfold(dim, 2 * radius + 1, 1)  # [B, 3, 32, 32, 13]
        y = torch.einsum("bchwk,bk->bchw", wide, taps)
    return torch.where((torch.rand(n, device="cuda") < 0.5).view(-1, 1, 1, 1), y, x)


@torch.no_grad()
def view(x):
    y = blur(jitter(crop(x.float() / 255)))
    return ((y - MEAN.cuda()) / STD.cuda()).contiguous(memory_format=torch.channels_last)


class Lars:
    """solo-learn's LARS with clipping; vectors have neither decay nor a trust ratio."""

    def __init__(self, parameters):
        self.matrices = [p for p in parameters if p.ndim > 1]
        self.vectors = [p for p in parameters if p.ndim <= 1]
        self.momenta = {id(p): torch.zeros_like(p) for p in parameters}

    @torch.no_grad()
    def step(self, rate):
        w, g = list(self.matrices), [p.grad for p in self.matrices]
        wn, gn = torch.stack(torch._foreach_norm(w)), torch.stack(torch._foreach_norm(g))
        trust = ((ETA * wn / (gn + DECAY * wn + 1e-8)) / rate).clamp(max=1)
        trust = torch.where((wn == 0) | (gn == 0), torch.ones_like(trust), trust)
        grads = list(torch._foreach_add(g, w, alpha=DECAY))
        torch._foreach_mul_(grads, list(trust.unbind()))
        all_p, all_g = w + self.vectors, grads + [p.grad for p in self.vectors]
        momenta = [self.momenta[id(p)] for p in all_p]
        torch._foreach_mul_(momenta, 0.9)
        torch._foreach_add_(momenta, all_g)
        torch._foreach_add_(all_p, momenta, alpha=-rate)


def nt_xent(x, y):
    z = F.normalize(torch.cat([x, y]))
    s = z @ z.T / TEMPERATURE
    s.fill_diagonal_(-math.inf)
    n = len(x)
    return F.cross_entropy(s, torch.arange(2 * n, device="cuda").roll(n))


@torch.no_grad()
def embed(encoder, pixels):
    encoder.eval()
    parts = [encoder(((p.float() / 255 - MEAN.cuda()) / STD.cuda()).contiguous(memory_format=torch.channels_last)) for p in pixels.split(1000)]
    return torch.cat(parts).double()


def probes(x, y, xt, yt):
    a, b = F.normalize(x), F.normalize(xt)
    top = torch.cat([torch.stack((q @ a.T).topk(20)[0:1] + (q @ a.T).topk(20)[1:2]) for q in b.split(1000)], 1)
    votes = torch.zeros(len(xt), 10, dtype=torch.double, device="cuda")
    votes.scatter_add_(1, y[top[1].long()], torch.exp(top[0] / 0.07))
    knn = (votes.argmax(1) == yt).double().mean().item()
    mean, std = x.mean(0), x.std(0, unbiased=False)
    a, b = (x - mean) / std, (xt - mean) / std
    w = torch.zeros(x.shape[1], 10, dtype=torch.double, device="cuda", requires_grad=True)
    c = torch.zeros(10, dtype=torch.double, device="cuda", requires_grad=True)
    lbfgs = torch.optim.LBFGS([w, c], max_iter=1000, tolerance_grad=1e-6, line_search_fn="strong_wolfe")

    def closure():
        lbfgs.zero_grad()
        loss = F.cross_entropy(a @ w + c, y) + 3e-4 / 2 * w.square().sum()
        loss.backward()
        return loss

    lbfgs.step(closure)
    return 100 * knn, 100 * ((b @ w + c).argmax(1) == yt).double().mean().item()


torch.manual_seed(SEED)
torch.backends.cudnn.benchmark = True
pixels, labels = read("train")
tests, test_labels = read("test")
encoder = torchvision.models.resnet18()
encoder.conv1 = nn.Conv2d(3, 64, 3, 1, 2, bias=False)
encoder.maxpool = nn.Identity()
encoder.fc = nn.Identity()
projector = nn.Sequential(nn.Linear(512, 2048), nn.ReLU(), nn.Linear(2048, 256))
model = nn.Sequential(encoder, projector).cuda().to(memory_format=torch.channels_last)
optimizer = Lars(list(model.parameters()))
steps = len(pixels) // BATCH
total, warmup = EPOCHS * steps, WARMUP * steps
print(torch.__version__, torch.cuda.get_device_name(), len(pixels), "images", total, "steps", flush=True)
began, step = time.perf_counter(), 0
for epoch in range(EPOCHS):
    model.train()
    order = torch.randperm(len(pixels), device="cuda")
    for k in range(steps):
        batch = pixels[order[k * BATCH : (k + 1) * BATCH]]
        with torch.autocast("cuda", torch.bfloat16):
            z = [model(view(batch)).float() for _ in range(2)]
        loss = nt_xent(*z)
        for p in model.parameters():
            p.grad = None
        loss.backward()
        rate = RATE * (step + 1) / warmup if step < warmup else RATE * (1 + math.cos(math.pi * (step - warmup) / (total - warmup))) / 2
        optimizer.step(rate)
        step += 1
    if epoch % 10 == 9 or epoch == EPOCHS - 1:
        seconds = time.perf_counter() - began
        print(f"epoch {epoch + 1} loss {loss.item():.4f} {step * BATCH / seconds:.0f} images/s {seconds / 60:.1f} min", flush=True)
knn, linear = probes(embed(encoder, pixels), labels, embed(encoder, tests), test_labels)
print(json.dumps(dict(epochs=EPOCHS, batch=BATCH, seed=SEED, minutes=round(seconds / 60, 2), knn=round(knn, 2), linear=round(linear, 2))))
