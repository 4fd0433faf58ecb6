"""Prints the parameter names and shapes of torchvision's ResNets, without the classifier, one a line.

The lists under core/src/test/resources/org/fullrank/net were written by this script:

    pip install torch==2.15.0 torchvision==0.29.2
    python bench/peers/torchvision_names.py resnet18 > core/src/test/resources/org/fullrank/net/resnet18.txt
"""

import sys

import torchvision

model = getattr(torchvision.models, sys.argv[1])()
for name, tensor in model.state_dict().items():
    if not name.startswith("fc."):
        print(name, "x".join(map(str, tensor.shape)))
