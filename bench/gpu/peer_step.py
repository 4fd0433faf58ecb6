#!/usr/bin/env python3
"""Times a training step of PyTorch on a GPU: forward, backward and update of the networks that bench/gpu/steps measures.

    bench/gpu/peer_step.py [STEPS]

Views are random numbers on the GPU. Each network is timed with channels_last and bf16 autocast, in eager mode and
compiled. The figures are medians over the steps in milliseconds, and images (not views) per second.
"""
import logging
import statistics
import sys
import time

import torch
import torch.nn.functional as F
import torchvision
from torch import nn

STEPS = int(sys.argv[1]) if len(sys.argv) > 1 else 50
torch.backends.cudnn.benchmark = True
logging.disable(logging.WARNING)


def off_diagonal(c):
    d = c.shape[0]
    return c.flatten()[:-1].view(d - 1, d + 1)[:, 1:].flatten()


def vicreg(x, y):
    """The official formula."""
    loss = 25 * F.mse_loss(x, y)
    for z in (x, y):
        z = z - z.mean(0)
        loss = loss + 25 * F.relu(1 - torch.sqrt(z.var(0) + 1e-4)).mean() / 2
        loss = loss + off_diagonal(z.T @ z / (len(z) - 1)).pow(2).sum() / z.shape[1]
    return loss


def projector(features, width=2048):
    return nn.Sequential(
        nn.Linear(features, width, bias=False), nn.BatchNorm1d(width), nn.ReLU(),
        nn.Linear(width, width, bias=False), nn.BatchNorm1d(width), nn.ReLU(),
        nn.Linear(width, width))


def resnet(depth, small):
    net = getattr(torchvision.models, f"resnet{depth}")()
    if small:
        net.conv1 = nn.Conv2d(3, 64, 3, 1, 1, bias=False)
        net.maxpool = nn.Identity()
    features = net.fc.in_features
    net.fc = projector(features)
    return net


def vit(size):
    import timm
    net = timm.create_model("vit_small_patch16_224", num_classes=0, img_size=size)
    return nn.Sequential(net, projector(384))


def measure(name, make, batch, size, compiled):
    torch.manual_seed(0)
    net = make().cuda().to(memory_format=torch.channels_last)
    optimizer = torch.optim.SGD(net.parameters(), lr=1e-9, momentum=0.9, fused=True)
    views = [torch.randn(batch, 3, size, size, device="cuda").to(memory_format=torch.channels_last) for _ in range(2)]
    run = torch.compile(net) if compiled else net

    def step():
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast("cuda", torch.bfloat16):
            z = [run(v).float() for v in views]
        loss = vicreg(*z)
        loss.backward()
        optimizer.step()
        return loss.item()

    for _ in range(10):
        step()
    times = []
    for _ in range(STEPS):
        begin = time.perf_counter()
        step()
        times.append(time.perf_counter() - begin)
    ms = 1e3 * statistics.median(times)
    mode = "compiled" if compiled else "eager"
    print(f"torch {name:<22} {mode:<9} {ms:8.2f} ms {batch / ms * 1e3:8.0f} images/s "
          f"{torch.cuda.max_memory_allocated() / 2**30:5.1f} GiB", flush=True)
    torch.cuda.reset_peak_memory_stats()


print(torch.__version__, torch.cuda.get_device_name())
for name, make, batch, size in [
    ("resnet18-32", lambda: resnet(18, True), 256, 32),
    ("resnet18-32-b512", lambda: resnet(18, True), 512, 32),
    ("resnet18-32-b1024", lambda: resnet(18, True), 1024, 32),
    ("resnet18-224", lambda: resnet(18, False), 256, 224),
    ("resnet50-224", lambda: resnet(50, False), 128, 224),
    ("vit-s16-224", lambda: vit(224), 128, 224),
]:
    for compiled in (False, True):
        measure(name, make, batch, size, compiled)
