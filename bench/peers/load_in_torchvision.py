"""Loads an encoder of Fullrank into torchvision and compares the two on the same images.

    ./fullrank pretrain --data images.npy --set encoder.type=resnet --set encoder.depth=18 --set encoder.stem=imagenet \
        --set train.precision=fp32 --out run
    ./fullrank embed run --split train --out z.npy
    python bench/peers/load_in_torchvision.py images.npy run/encoder.safetensors z.npy

images.npy is uint8 [N, 32, 32, 3]; views are normalized by mean 0.5 and deviation 0.25. Written for torch 2.15.0,
torchvision 0.29.2, safetensors 0.8.
"""

import sys

import numpy as np
import safetensors.torch
import torch
import torchvision

images, weights, embeddings = sys.argv[1:4]
model = torchvision.models.resnet18()
model.fc = torch.nn.Identity()
model.load_state_dict(safetensors.torch.load_file(weights), strict=True)
model.eval()
x = torch.from_numpy(np.load(images)).permute(0, 3, 1, 2).float() / 255
with torch.no_grad():
    z = model((x - 0.5) / 0.25).numpy()
ours = np.load(embeddings)
difference = np.abs(z - ours).max() / np.abs(z).max()
print(f"shapes {z.shape} {ours.shape}, largest relative difference {difference:.2e}")
sys.exit(0 if difference < 1e-4 else 1)
