#!/bin/bash
# usage: run.sh PART [OUT.jsonl]     PART: smoke, key, throughput, resnet, loss, views, floor, extra or all
#
# Prints JSON lines and appends them to OUT. The parts need an idle machine: each line has the load average before its
# command (load_before). DRY=1 only prints the commands. LIMIT=1500 is the time limit of a command in seconds. Run
# setup.sh once before.
set -u
here=$(cd "$(dirname "$0")" && pwd)
root=${PEERS:-$HOME/.cache/fullrank-peers}
out=${2:-$root/results-${1-}.jsonl}
py=$root/venv/bin/python
limit=${LIMIT:-1500}
# Runs a script. Its JSON lines, and a JSON line for a failure, go to standard output and to the file.
one() {
  [ -z "${DRY-}" ] || { echo "$*"; return; }
  timeout "$limit" "$@" 2>>"$out.log" | grep '^{' | tee -a "$out"
  [ "${PIPESTATUS[0]}" = 0 ] || echo "{\"failed\": \"$*\"}" | tee -a "$out"
}
peer() { one "$py" "$here/$1_peer.py" "${@:2}"; }
full() { one "$py" "$here/fullrank.py" "$@"; }

throughput() {
  for precision in bf16 fp32; do
    for batch in 256 64; do
      # The recipe as it ships: convnet, projector 512-128.
      for data in cifar fmnist; do
        full pretrain --data $data --batch $batch --precision $precision --steps 40
        for workers in 0 1 2; do
          peer pretrain --toolkit lightly --data $data --batch $batch --precision $precision --steps 40 --workers $workers
        done
        peer pretrain --toolkit torch --views kornia --source memory --data $data --batch $batch --precision $precision --steps 40
        peer pretrain --toolkit solo --data $data --batch $batch --precision $precision --steps 40 --workers 1
        peer pretrain --toolkit spt --data $data --batch $batch --precision $precision --steps 40 --workers 1
      done
      peer pretrain --toolkit lightly-train --batch $batch --precision $precision --steps 40 --workers 1
    done
  done
}
resnet() { # ResNet-18 of full width, VICReg with the projectors of the papers, and SimCLR.
  for precision in bf16 fp32; do
    for case in "vicreg 2048,2048,2048 256 10" "vicreg 2048,2048,8192 256 10" "vicreg 2048,2048,2048 64 20" \
      "simclr 512,128 256 10" "simclr 512,128 64 20"; do
      set -- $case
      full pretrain --model resnet18 --loss $1 --widths $2 --batch $3 --precision $precision --steps $4
      for layout in nhwc nchw; do
        peer pretrain --toolkit lightly --model resnet18 --loss $1 --widths $2 --batch $3 --precision $precision --steps $4 \
          --layout $layout --warmup 3
      done
    done
  done
}
key() { # the most important measurements
  full pretrain --steps 40
  for workers in 0 1 2; do peer pretrain --toolkit lightly --steps 40 --workers $workers; done
  peer pretrain --toolkit torch --views kornia --source memory --steps 40
  peer pretrain --toolkit lightly-train --steps 40 --workers 1
  full pretrain --model resnet18 --loss vicreg --widths 2048,2048,2048 --steps 10
  peer pretrain --toolkit lightly --model resnet18 --loss vicreg --widths 2048,2048,2048 --steps 10 --warmup 3
}
extra() { # quarter width, workers for the large network, torch.compile, one thread
  full pretrain --model resnet18:0.25 --steps 20
  for workers in 0 1 2; do peer pretrain --toolkit lightly --model resnet18:0.25 --steps 20 --workers $workers; done
  for workers in 1 2; do
    peer pretrain --toolkit lightly --model resnet18 --loss vicreg --widths 2048,2048,2048 --steps 10 --workers $workers
  done
  peer pretrain --toolkit torch --compile --steps 40 --workers 1
  peer pretrain --toolkit torch --compile --model resnet18 --loss vicreg --widths 2048,2048,2048 --steps 10
  full pretrain --threads 1 --steps 20
  peer pretrain --toolkit lightly --threads 1 --workers 0 --steps 20
}
loss() {
  for threads in 2 1; do
    peer loss --threads $threads
    full loss --seconds 5 --threads $threads vicreg vicreg-solo barlow-twins nt-xent w-mse lejepa
  done
}
views() {
  for size in 32 224; do
    for view in 0 1; do peer views --size $size --view $view; done
    full views --size $size
  done
}
floor() { one "$py" "$here/floor.py"; }
smoke() {
  full pretrain --batch 32 --warmup 2 --steps 2
  full pretrain --model resnet18 --loss vicreg --widths 256,256,256 --batch 16 --warmup 1 --steps 2 --data fmnist \
    --precision fp32
  for toolkit in torch lightly solo spt lightly-train; do
    peer pretrain --toolkit $toolkit --batch 32 --warmup 1 --steps 2 --workers 1
  done
  peer pretrain --model resnet18 --loss vicreg --widths 256,256,256 --batch 16 --warmup 1 --steps 2 --data fmnist \
    --precision fp32 --layout nchw
  peer pretrain --views kornia --source memory --batch 32 --warmup 1 --steps 2 --data fmnist
  peer pretrain --views v2 --batch 32 --warmup 1 --steps 2
  peer pretrain --compile --batch 32 --warmup 1 --steps 2
  peer views --seconds 0.3
  full views --quick
  peer loss --dims 256 --seconds 0.1
  full loss --seconds 1 nt-xent
  one "$py" "$here/floor.py" --steps 1 --batch 8
}
case ${1-} in
smoke | key | throughput | resnet | loss | views | floor | extra) "$1" ;;
all) for part in throughput resnet loss views floor extra; do $part; done ;;
*) sed -n 2,6p "$0" >&2; exit 2 ;;
esac
