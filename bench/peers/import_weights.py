"""Writes random weights of torchvision, timm or Hugging Face with their outputs, and compares Fullrank's embeddings.

    for name in resnet18 resnet50 vit_b_32 timm_resnet18 timm_vit hf_resnet hf_vit; do
      python bench/peers/import_weights.py make $name peers/$name
      ./fullrank import peers/$name/model.safetensors --out peers/$name/run $(cat peers/$name/options)
      ./fullrank embed peers/$name/run --data peers/$name/images --out peers/$name/z.npy
      python bench/peers/import_weights.py compare peers/$name
    done

The images are PNG files of exactly the size of the shorter side before the center crop, so that no program resizes them.
Written for torch 2.15.0, torchvision 0.29.2, timm 1.0.31, transformers 5.24.0.
"""

import json
import pathlib
import sys

import numpy as np

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def model(name):
    """The model, a function from images to embeddings, the side of its images, and the options of import."""
    import torch
    import torchvision

    if name in ("resnet18", "resnet50", "vit_b_32"):
        net = getattr(torchvision.models, name)()
        if name.startswith("resnet"):
            net.fc = torch.nn.Identity()
            return net, net, 224, "--normalize imagenet --size 224"
        net.heads = torch.nn.Identity()
        return net, net, 224, "--normalize imagenet"
    if name.startswith("timm"):
        import timm

        net = timm.create_model("resnet18" if name == "timm_resnet18" else "vit_small_patch16_224", num_classes=0)
        return net, net, 224, ""
    from transformers import ResNetConfig, ResNetModel, ViTConfig, ViTModel

    if name == "hf_resnet":
        net = ResNetModel(ResNetConfig())
        return net, lambda x: net(x).pooler_output.flatten(1), 224, ""
    net = ViTModel(ViTConfig(hidden_size=192, num_hidden_layers=4, num_attention_heads=3, intermediate_size=768))
    return net, lambda x: net(x).last_hidden_state[:, 0], 224, ""


def make(name, folder):
    import safetensors.torch
    import torch
    from PIL import Image

    torch.manual_seed(1)
    net, embed, side, options = model(name)
    for parameter in net.parameters():
        if parameter.dim() == 1:
            parameter.data += 0.1 * torch.randn_like(parameter)
    for key, buffer in net.named_buffers():
        if "running_mean" in key:
            buffer.copy_(0.1 * torch.randn_like(buffer))
        if "running_var" in key:
            buffer.copy_(1 + torch.rand_like(buffer))
    net.eval()
    folder.mkdir(parents=True, exist_ok=True)
    state = {key: value.contiguous() for key, value in net.state_dict().items()}
    safetensors.torch.save_file(state, folder / "model.safetensors")
    if name.startswith("timm"):
        cfg = {"mean": MEAN, "std": STD, "input_size": [3, side, side], "crop_pct": 0.875}
        (folder / "config.json").write_text(json.dumps({"architecture": name, "pretrained_cfg": cfg}))
    if name.startswith("hf"):
        net.config.save_pretrained(folder)
        images = {"image_mean": MEAN, "image_std": STD, "size": {"height": side, "width": side}}
        (folder / "preprocessor_config.json").write_text(json.dumps(images))
    (folder / "options").write_text(options)
    (folder / "images").mkdir(exist_ok=True)
    full, outputs = side * 256 // 224, []
    for i in range(5):
        pixels = np.random.default_rng(i).integers(0, 256, (full, full, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / "images" / f"{i}.png")
        cut = (full - side) // 2
        x = torch.from_numpy(pixels[cut : cut + side, cut : cut + side].copy()).permute(2, 0, 1).float() / 255
        x = (x - torch.tensor(MEAN)[:, None, None]) / torch.tensor(STD)[:, None, None]
        with torch.no_grad():
            outputs.append(embed(x[None])[0].numpy())
    np.save(folder / "expected.npy", np.stack(outputs))


def compare(folder):
    expected, found = np.load(folder / "expected.npy"), np.load(folder / "z.npy")
    difference = np.abs(expected - found).max() / np.abs(expected).max()
    print(f"{folder.name}: shapes {expected.shape} {found.shape}, largest relative difference {difference:.1e}")
    sys.exit(0 if difference < 2e-5 else 1)  # 1.2e-5 for hf_vit, whose norms add 1e-12 in place of 1e-6


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make(sys.argv[2], pathlib.Path(sys.argv[3]))
    else:
        compare(pathlib.Path(sys.argv[2]))
