"""Loads a vision transformer of Fullrank into timm and compares the two on the same images.

    ./fullrank pretrain --data images.npy --set 'encoder={type: vit, pool: token}' --set train.precision=fp32 --out run
    ./fullrank embed run --split train --out z.npy
    python bench/peers/load_in_timm.py images.npy run/encoder.safetensors z.npy 3

images.npy is uint8 [N, 32, 32, 3]; views are normalised by mean 0.5 and deviation 0.25. The last argument is the number
of heads, which no shape of a weight shows. Written for torch 2.15.0, timm 1.0.31, safetensors 0.8.
"""

import sys

import numpy as np
import safetensors.torch
import torch
from timm.models.vision_transformer import VisionTransformer

images, weights, embeddings, heads = sys.argv[1:5]
pixels = np.load(images)
state = safetensors.torch.load_file(weights)
width, channels, patch, _ = state["patch_embed.proj.weight"].shape
token = "cls_token" in state
model = VisionTransformer(
    img_size=pixels.shape[1],
    patch_size=patch,
    in_chans=channels,
    num_classes=0,
    embed_dim=width,
    depth=sum(name.endswith("attn.qkv.weight") for name in state),
    num_heads=int(heads),
    mlp_ratio=state["blocks.0.mlp.fc1.weight"].shape[0] / width,
    class_token=token,
    global_pool="token" if token else "avg",
)
model.load_state_dict(state, strict=True)
model.eval()
x = torch.from_numpy(pixels).permute(0, 3, 1, 2).float() / 255
with torch.no_grad():
    z = model((x - 0.5) / 0.25).numpy()
ours = np.load(embeddings)
difference = np.abs(z - ours).max() / np.abs(z).max()
print(f"shapes {z.shape} {ours.shape}, largest relative difference {difference:.2e}")
sys.exit(0 if difference < 1e-5 else 1)
