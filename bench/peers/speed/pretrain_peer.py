"""usage: pretrain_peer.py --toolkit torch|lightly|solo|spt|lightly-train --model convnet|resnet18|resnet18:0.25
    --loss simclr|vicreg --widths 2048,2048,2048 --batch 256 --precision fp32|bf16 --layout nchw|nhwc --workers 0|1|2
    --data cifar|fmnist --views own|v2|kornia --source jpeg|memory --threads 2 --warmup 5 --steps 20 [--compile]

Measures the images per second of a pretraining with two views, with the reading of the data. Each image counts once.

--toolkit torch uses the views of torchvision and the loss of lightly. With lightly, solo and spt, the views and the loss of
the toolkit run in a plain PyTorch loop, as in their own examples (solo and spt add Lightning). With lightly-train, its own
command runs, and the script notes the time of each forward pass.

--views own uses the views of the toolkit on PIL images. v2 uses torchvision v2 on uint8 tensors. kornia makes the views of
whole batches in the main process. All views are those of Fullrank's recipes: crop from 0.2 (fmnist: 0.3), flip, jitter
0.4/0.4/0.4/0.1, gray 0.2, no blur.
"""

import argparse
import time

import common

p = argparse.ArgumentParser()
p.add_argument("--toolkit", default="torch")
p.add_argument("--model", default="convnet")
p.add_argument("--loss", default="simclr")
p.add_argument("--widths", default="512,128")
p.add_argument("--batch", type=int, default=256)
p.add_argument("--precision", default="bf16")
p.add_argument("--layout", default="nhwc")
p.add_argument("--workers", type=int, default=0)
p.add_argument("--data", default="cifar")
p.add_argument("--views", default="own")
p.add_argument("--source", default="jpeg")
p.add_argument("--threads", type=int, default=2)
p.add_argument("--warmup", type=int, default=5)
p.add_argument("--steps", type=int, default=20)
p.add_argument("--compile", action="store_true")
a = p.parse_args()
common.use_threads(a.threads)

import numpy as np
import torch
import torchvision.transforms as v1
import torchvision.transforms.v2 as v2
from PIL import Image
from torch.utils.data import DataLoader, Dataset

torch.set_num_threads(a.threads)
torch.manual_seed(1)
GRAY = a.data == "fmnist"
SIZE, CHANNELS, SCALE = (28, 1, (0.3, 1)) if GRAY else (32, 3, (0.2, 1))
MEAN, STD = ([0.5], [0.25]) if GRAY else ([0.4914, 0.4822, 0.4465], [0.247, 0.2435, 0.2616])
JITTER = (0.4, 0.4, 0, 0) if GRAY else (0.4, 0.4, 0.4, 0.1)


def pil(t):
    chain = [t.RandomResizedCrop(SIZE, SCALE, interpolation=t.InterpolationMode.BICUBIC), t.RandomHorizontalFlip(),
             t.RandomApply([t.ColorJitter(*JITTER)], 0.8)]
    return chain + ([] if GRAY else [t.RandomGrayscale(0.2)])


def own():
    if a.toolkit == "lightly":
        from lightly.transforms.simclr_transform import SimCLRViewTransform

        return SimCLRViewTransform(SIZE, cj_strength=1, cj_bright=JITTER[0], cj_contrast=JITTER[1], cj_sat=JITTER[2],
                                   cj_hue=JITTER[3], min_scale=SCALE[0], random_gray_scale=0 if GRAY else 0.2, gaussian_blur=0,
                                   normalize=dict(mean=MEAN, std=STD))
    return v1.Compose(pil(v1) + [v1.ToTensor(), v1.Normalize(MEAN, STD)])  # solo has the same steps


def tensors():
    return v2.Compose([v2.RandomResizedCrop(SIZE, SCALE, interpolation=v2.InterpolationMode.BICUBIC, antialias=True),
                       v2.RandomHorizontalFlip(), v2.RandomApply([v2.ColorJitter(*JITTER)], 0.8)]
                      + ([] if GRAY else [v2.RandomGrayscale(0.2)])
                      + [v2.ToDtype(torch.float32, scale=True), v2.Normalize(MEAN, STD)])


def kornia_views():
    import kornia.augmentation as K

    chain = [K.RandomResizedCrop((SIZE, SIZE), SCALE, resample="bicubic", cropping_mode="resample"),
             K.RandomHorizontalFlip()]
    if GRAY:
        chain += [K.RandomBrightness((0.6, 1.4), p=0.8), K.RandomContrast((0.6, 1.4), p=0.8)]
    else:
        chain += [K.ColorJitter(*JITTER, p=0.8), K.RandomGrayscale(p=0.2)]
    return torch.nn.Sequential(*chain, K.Normalize(torch.tensor(MEAN), torch.tensor(STD)))


class Pairs(Dataset):
    """Two views of each image, from JPEG files or from an array in memory."""

    def __init__(self):
        self.files = sorted((common.DATA / "cifar-10-images/train").glob("*/*.jpg")) if not GRAY else []
        folder = "fmnist-unlabeled" if GRAY else "cifar-unlabeled"
        self.array = np.load(common.DATA / folder / "x_train.npy", mmap_mode="r")
        self.view = {"own": own, "v2": tensors, "kornia": lambda: None}[a.views]()

    def __len__(self):
        return len(self.array)

    def __getitem__(self, i):
        if a.views == "own":
            if self.files and a.source == "jpeg":
                image = Image.open(self.files[i]).convert("RGB")
            else:
                image = Image.fromarray(np.array(self.array[i]))
            return self.view(image), self.view(image)
        image = torch.from_numpy(np.array(self.array[i]))
        image = image[None] if GRAY else image.permute(2, 0, 1)
        return image if self.view is None else (self.view(image), self.view(image))


def loss_of():
    if a.toolkit == "solo":
        from solo.losses import simclr_loss_func, vicreg_loss_func

        index = torch.arange(a.batch).repeat(2)
        return vicreg_loss_func if a.loss == "vicreg" else lambda x, y: simclr_loss_func(torch.cat([x, y]), index, 0.2)
    if a.toolkit == "spt":
        from stable_pretraining.losses import NTXEntLoss, VICRegLoss

        return VICRegLoss() if a.loss == "vicreg" else NTXEntLoss(0.2)
    from lightly.loss import NTXentLoss, VICRegLoss

    return VICRegLoss() if a.loss == "vicreg" else NTXentLoss(0.2)


def report(seconds, toolkit_version, **more):
    what = "pretrain %s %s %s %s batch %d" % (a.data, a.model, a.loss, a.widths, a.batch)
    common.emit(a.toolkit, toolkit_version, what, a.batch * a.steps / seconds, a.steps, a.threads, a.precision,
                common.rss_mb(a.workers), ms_per_step=round(1e3 * seconds / a.steps, 1),
                layout="own" if a.toolkit == "lightly-train" else a.layout, workers=a.workers, views=a.views, source=a.source,
                compile=a.compile, torch=torch.__version__, **more)


def plain():
    trunk, width = common.encoder(a.model, CHANNELS)
    model = torch.nn.Sequential(trunk, common.projector(width, [int(w) for w in a.widths.split(",")]))
    layout = torch.channels_last if a.layout == "nhwc" else torch.contiguous_format
    model.to(memory_format=layout).train()
    optimizer = torch.optim.AdamW(common.groups(model, 0.01), lr=2e-3, fused=True)
    loss = loss_of()
    network = torch.compile(model) if a.compile else model
    batched = kornia_views() if a.views == "kornia" else None
    loader = DataLoader(Pairs(), a.batch, shuffle=True, drop_last=True, num_workers=a.workers, persistent_workers=False)
    step, parts, last = 0, [0.0, 0.0], 0.0
    began = mark = time.perf_counter()
    cpu = time.process_time()
    for batch in loader:
        if batched is not None:
            with torch.no_grad():
                x = batch.float() / 255
                batch = (batched(x), batched(x))
        if step == a.warmup:
            began, parts, cpu = mark, [0.0, 0.0], time.process_time()
        parts[0] += time.perf_counter() - mark
        half = time.perf_counter()
        x, y = (v.to(memory_format=layout) for v in batch)
        with torch.autocast("cpu", torch.bfloat16, enabled=a.precision == "bf16"):
            z = network(x), network(y)
        value = loss(z[0].float(), z[1].float())
        optimizer.zero_grad(set_to_none=True)
        value.backward()
        optimizer.step()
        last = value.item()
        mark = time.perf_counter()
        parts[1] += mark - half
        step += 1
        if step == a.warmup + a.steps:
            break
    seconds = mark - began
    cpu = time.process_time() - cpu
    del loader
    names = dict(torch="torch", lightly="lightly", spt="stable-pretraining")
    of = "9187ea3" if a.toolkit == "solo" else common.version(names[a.toolkit])
    report(seconds, of, main_process_cpu_ms_per_step=round(1e3 * cpu / a.steps, 1), data_share=round(parts[0] / seconds, 3),
           last_loss=round(last, 3))


STAMPS = []


class Stamped(torch.nn.Module):
    """A network that notes the time of each forward pass in STAMPS."""

    def __init__(self, trunk, width):
        super().__init__()
        self.trunk, self.width = trunk[:-2], width

    def forward_features(self, x):
        if self.training:
            STAMPS.append(time.perf_counter())
        return {"features": self.trunk(x)}

    def forward_pool(self, x):
        return {"pooled_features": torch.nn.functional.adaptive_avg_pool2d(x["features"], 1)}

    def feature_dim(self):
        return self.width

    def forward(self, x):
        return self.forward_pool(self.forward_features(x))["pooled_features"].flatten(1)

    @classmethod
    def is_supported_model(cls, model):
        return True

    def get_model(self):
        return self.trunk


def train_command():
    """Runs the loop of lightly-train and computes the speed from the times of the forward passes."""
    import tempfile

    import lightly_train

    trunk, width = common.encoder(a.model, CHANNELS)
    transform = dict(image_size=(SIZE, SIZE), random_resize=dict(min_scale=SCALE[0], max_scale=1.0), gaussian_blur=None,
                     solarize=None, random_gray_scale=0.2, normalize=dict(mean=MEAN, std=STD),
                     color_jitter=dict(prob=0.8, strength=1.0, brightness=0.4, contrast=0.4, saturation=0.4, hue=0.1))
    with tempfile.TemporaryDirectory() as out:
        lightly_train.pretrain(
            out=out + "/run", data=str(common.DATA / "cifar-10-images/train"), model=Stamped(trunk, width), method="simclr",
            epochs=1, batch_size=a.batch, num_workers=a.workers, accelerator="cpu", devices=1, seed=1,
            trainer_args=dict(max_steps=a.warmup + a.steps + 1),
            precision="bf16-mixed" if a.precision == "bf16" else "32-true", transform_args=transform, overwrite=True,
            method_args=dict(hidden_dim=512, output_dim=128, num_layers=2, temperature=0.2, batch_norm=True))
    per_step = max(1, round(len(STAMPS) / (a.warmup + a.steps + 1)))
    stamps = STAMPS[::per_step]
    report(stamps[a.warmup + a.steps] - stamps[a.warmup], common.version("lightly-train"), passes_per_step=per_step)


train_command() if a.toolkit == "lightly-train" else plain()
