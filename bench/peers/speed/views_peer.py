"""usage: views_peer.py [--kinds pil,v2,v2pil,kornia,albumentations,lightly,solo] [--size 32|224] [--view 0|1] [--seconds 5]

Measures the views per second on one core, with the views of Fullrank's ViewBench: those of VICReg, with a bicubic crop from
0.08, flip, jitter, gray and normalization. View 0 is always blurred. View 1 is rarely blurred and sometimes solarized. The
images are decoded uint8 noise of 32 x 32 pixels, or of 256 x 256 pixels for views of 224 pixels.

kornia reads float tensors and makes whole batches of 32. solo uses its build_transform_pipeline (PIL), and lightly uses its
VICRegViewTransform.
"""

import argparse
import time
from types import SimpleNamespace

import common

p = argparse.ArgumentParser()
p.add_argument("--kinds", default="pil,v2,v2pil,kornia,albumentations,lightly,solo")
p.add_argument("--size", type=int, default=32)
p.add_argument("--view", type=int, default=0)
p.add_argument("--seconds", type=float, default=5)
a = p.parse_args()
common.use_threads(1)

import numpy as np
import torch
from PIL import Image

torch.set_num_threads(1)
SIDE = 256 if a.size == 224 else a.size
MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
BLUR, SOLARIZE = (1.0, 0.0) if a.view == 0 else (0.1, 0.2)
KERNEL = 23 if a.size == 224 else 3  # a tenth of the side, odd, as SimCLR says; PIL's blur has no such window
PIXELS = np.random.default_rng(1).integers(0, 256, (32, SIDE, SIDE, 3), dtype=np.uint8)


def chain(t, tail, pil):
    blur = t.GaussianBlur(KERNEL, (0.1, 2.0))
    steps = [t.RandomResizedCrop(a.size, (0.08, 1), interpolation=t.InterpolationMode.BICUBIC, antialias=True),
             t.RandomHorizontalFlip(),
             t.RandomApply([t.ColorJitter(0.4, 0.4, 0.2, 0.1)], 0.8), t.RandomGrayscale(0.2), t.RandomApply([blur], BLUR),
             t.RandomSolarize(128, SOLARIZE)]
    return t.Compose(steps + tail)


def each(view, items):
    def run():
        for item in items:
            view(item)
        return len(items)

    return run


def make(kind):
    pils = [Image.fromarray(x) for x in PIXELS]
    tensors = [torch.from_numpy(x).permute(2, 0, 1).contiguous() for x in PIXELS]
    if kind == "pil":
        import torchvision.transforms as t

        return each(chain(t, [t.ToTensor(), t.Normalize(MEAN, STD)], True), pils), common.version("torchvision")
    if kind in ("v2", "v2pil"):
        import torchvision.transforms.v2 as t

        tail = ([t.ToImage()] if kind == "v2pil" else []) + [t.ToDtype(torch.float32, scale=True), t.Normalize(MEAN, STD)]
        return each(chain(t, tail, False), pils if kind == "v2pil" else tensors), common.version("torchvision")
    if kind == "kornia":
        import kornia.augmentation as K

        batch = torch.stack(tensors).float() / 255
        view = torch.nn.Sequential(
            K.RandomResizedCrop((a.size, a.size), (0.08, 1), resample="bicubic", cropping_mode="resample"),
            K.RandomHorizontalFlip(),
            K.ColorJitter(0.4, 0.4, 0.2, 0.1, p=0.8), K.RandomGrayscale(p=0.2),
            K.RandomGaussianBlur((KERNEL, KERNEL), (0.1, 2.0), p=BLUR), K.RandomSolarize(p=SOLARIZE),
            K.Normalize(torch.tensor(MEAN), torch.tensor(STD)))

        def run():
            with torch.no_grad():
                view(batch)
            return len(batch)

        return run, common.version("kornia")
    if kind == "albumentations":
        import albumentations as A
        import cv2
        from albumentations.pytorch import ToTensorV2

        cv2.setNumThreads(1)
        view = A.Compose([
            A.RandomResizedCrop((a.size, a.size), scale=(0.08, 1), interpolation=cv2.INTER_CUBIC), A.HorizontalFlip(p=0.5),
            A.ColorJitter(brightness=(0.6, 1.4), contrast=(0.6, 1.4), saturation=(0.8, 1.2), hue=(-0.1, 0.1), p=0.8),
            A.ToGray(p=0.2),
            A.GaussianBlur(blur_limit=0, sigma_limit=(0.1, 2.0), p=BLUR), A.Solarize(p=SOLARIZE), A.Normalize(MEAN, STD),
            ToTensorV2()])
        return each(lambda x: view(image=x)["image"], list(PIXELS)), common.version("albumentations")
    if kind == "lightly":
        from lightly.transforms.vicreg_transform import VICRegViewTransform

        view = VICRegViewTransform(a.size, cj_strength=1.0, cj_bright=0.4, cj_contrast=0.4, cj_sat=0.2, cj_hue=0.1, min_scale=0.08,
                                   gaussian_blur=BLUR, solarize_prob=SOLARIZE, sigmas=(0.1, 2))
        return each(view, pils), common.version("lightly")
    from omegaconf import OmegaConf
    from solo.data.pretrain_dataloader import build_transform_pipeline

    cfg = OmegaConf.create(dict(
        rrc=dict(enabled=True, crop_min_scale=0.08, crop_max_scale=1.0), crop_size=a.size,
        color_jitter=dict(prob=0.8, brightness=0.4, contrast=0.4, saturation=0.2, hue=0.1), grayscale=dict(prob=0.2),
        gaussian_blur=dict(prob=BLUR), solarization=dict(prob=SOLARIZE), equalization=dict(prob=0),
        horizontal_flip=dict(prob=0.5)))
    return each(build_transform_pipeline("imagenet", cfg), pils), "9187ea3"


for kind in a.kinds.split(","):
    try:
        run, of = make(kind)
        run()
        count, began, cpu = 0, time.perf_counter(), time.process_time()
        while time.perf_counter() - began < a.seconds:
            count += run()
        seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
        common.emit(kind, of, "view %d of vicreg, %d pixels" % (a.view, a.size), count / seconds, count, 1, "fp32", common.rss_mb(),
                    micros_per_view=round(1e6 * seconds / count, 1), cpu_micros_per_view=round(1e6 * cpu / count, 1))
    except Exception as e:
        common.emit(kind, None, "view %d of vicreg, %d pixels" % (a.view, a.size), None, 0, 1, "fp32", common.rss_mb(),
                    error=repr(e)[:300])
