"""Loads an encoder that Fullrank wrote into torchvision's ResNet and compares the outputs.

    pip install torch==2.15.0 torchvision==0.29.2 safetensors==0.8.0 numpy==2.4.6
    python bench/peers/load_in_torchvision.py resnet18 encoder.safetensors input.npy output.npy

input.npy holds square colour images, one a row of 3 x S x S numbers as the network takes them; output.npy what Fullrank
made of them in evaluation, float32. Every name must be there and no other. Ends with 1 when an output differs by more
than 1e-4.
"""

import sys

import numpy
import safetensors.torch
import torch
import torchvision

architecture, weights, inputs, outputs = sys.argv[1:]
model = getattr(torchvision.models, architecture)()
model.fc = torch.nn.Identity()
model.load_state_dict(safetensors.torch.load_file(weights), strict=True)
model.eval()

rows = numpy.load(inputs)
size = round((rows.shape[1] / 3) ** 0.5)
with torch.no_grad():
    found = model(torch.from_numpy(rows.reshape(len(rows), 3, size, size))).numpy()
expected = numpy.load(outputs)
difference = float(abs(found - expected).max())
print(f"{architecture}: outputs {found.shape}, largest {abs(expected).max():.4f}, largest difference {difference:.2e}")
sys.exit(difference > 1e-4)
