#!/bin/bash
# usage: DATA=FOLDER setup.sh
#
# Makes a virtual environment with the other libraries in $PEERS, and the data that the scripts read. Existing parts are
# kept. FOLDER has cifar-10/cifar-10-images-jpeg.tar.gz and fashion-mnist/*.gz. The script downloads about 4 GB and needs
# 10 GB on the disk, because the torch wheel of PyPI needs its CUDA libraries.
set -eu
root=${PEERS:-$HOME/.cache/fullrank-peers}
DATA=${DATA:?the folder of the data sets}
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$root/data"
if [ ! -x "$root/venv/bin/python" ]; then
  python3.11 -m venv "$root/venv"
  "$root/venv/bin/pip" install -q torch==2.15.0 torchvision==0.29.2 scikit-learn==1.9.1 kornia==0.9.0 albumentations==2.0.8 \
    faiss-cpu==1.15.1 lightly==1.6.0
fi
installs() { "$root/venv/bin/python" -c "import $1" 2>/dev/null || "$root/venv/bin/pip" install -q "$2" || true; }
installs lightly_train lightly-train==0.18.0
installs stable_pretraining stable-pretraining==0.1.8
# Code that is not on PyPI, from bare clones $SNAPSHOTS/OWNER+NAME/repo, if there are any.
for name in vturrisi+solo-learn htdt+self-supervised rbalestr-lab+lejepa; do
  if [ ! -d "$root/official/$name" ] && [ -d "${SNAPSHOTS:-none}/$name/repo" ]; then
    mkdir -p "$root/official/$name"
    git -C "${SNAPSHOTS:-none}/$name/repo" archive HEAD | tar x -C "$root/official/$name"
  fi
done
cd "$root/data"
[ -d cifar-10-images ] || tar xzf "$DATA/cifar-10/cifar-10-images-jpeg.tar.gz"
if [ ! -d fashion-mnist ]; then mkdir fashion-mnist && cp "$DATA"/fashion-mnist/*.gz fashion-mnist/; fi
exec "$root/venv/bin/python" "$here/make_data.py"
