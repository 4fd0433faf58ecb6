"""usage: fullrank.py pretrain --model convnet|resnet18|resnet18:0.25 --loss simclr|vicreg --widths 2048,2048,2048 --batch 256
           --precision fp32|bf16 --data cifar|fmnist --threads 2 --warmup 5 --steps 20
       fullrank.py views --size 32|224 [--quick]
       fullrank.py loss [--seconds 5] [--threads 2] [NAME ...]

Measures Fullrank ($FULLRANK, default: this checkout). Prints one JSON line for each measurement, like the other scripts.
pretrain trains one epoch of warmup + steps batches of images without labels, so there is no evaluation at the end. Fullrank
writes a record every `warmup` steps, so `steps` must be a multiple of `warmup`. The measured time is the time between the
record after the warm-up and the last record.
"""

import argparse
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time

import common


def call(*command):
    """Runs a command: its output and errors, wall seconds, processor seconds, and the peak memory in MB of its processes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, cwd=common.FULLRANK)
    wall = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        sys.exit("%s\n%s%s" % (" ".join(map(str, command)), done.stdout[-2000:], done.stderr[-2000:]))
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return done.stdout, done.stderr, wall, cpu, round(after.ru_maxrss / 1024)


def revision():
    command = ["git", "-C", common.FULLRANK, "rev-parse", "--short", "HEAD"]
    return subprocess.run(command, capture_output=True, text=True).stdout.strip()


def pretrain(a):
    kind, _, width = a.model.partition(":")
    steps = a.warmup + a.steps
    gray = a.data == "fmnist"
    out = tempfile.mkdtemp(prefix="fullrank-") + "/run"
    settings = {
        "data.samples": steps * a.batch, "train.epochs": 1, "train.batch": a.batch, "train.precision": a.precision,
        "train.threads": a.threads, "train.logEverySteps": a.warmup, "monitor.everyEpochs": 0,
        "monitor.everySteps": 10 * steps, "checkpoints.everyEpochs": 0,
        "checkpoints.everyMinutes": 0, "checkpoints.keepBest": "false", "schedule.warmupEpochs": 0.5,
        "optimizer.learningRate": 0.002,
        "views.pipelines.0.blur.p": 0,
    }
    recipe, folder = ("fashion-mnist-simclr", "fmnist-unlabeled") if gray else ("cifar10-simclr", "cifar-unlabeled")
    command = ["./fullrank", "pretrain", "--recipe", recipe, "--no-preflight", "--data", common.DATA / folder, "--out", out]
    if kind == "resnet18":
        command += ["--set", "encoder.type=resnet", "--set", "encoder.depth=18", "--set", "encoder.stem=cifar",
                    "--set", "encoder.width=" + (width or "1")]
    if a.loss == "vicreg":
        command += ["--set", "method.objective.type=vicreg"]
    command += ["--set", "method.projector.widths=[%s]" % a.widths]
    for key, value in settings.items():
        command += ["--set", "%s=%s" % (key, value)]
    _, _, wall, cpu, rss = call(*command)
    seconds = {}
    for line in open(out + "/metrics.jsonl"):
        record = json.loads(line)
        if "time.seconds" in record and record["step"] not in seconds:  # a second record of a step is a check
            seconds[record["step"]] = record["time.seconds"]
            last = record.get("loss", 0)
    took = seconds[steps] - seconds[a.warmup]
    what = "pretrain %s %s %s %s batch %d" % (a.data, a.model, a.loss, a.widths, a.batch)
    common.emit("fullrank", revision(), what, a.batch * a.steps / took, a.steps, a.threads, a.precision, rss,
                ms_per_step=round(1e3 * took / a.steps, 1), command_s=round(wall, 1), command_cpu_s=round(cpu, 1),
                last_loss=round(last, 3))
    shutil.rmtree(os.path.dirname(out))


def views(a):
    quick = ["-wi", 1, "-i", 2, "-w", "300ms", "-r", "500ms"] if a.quick else []
    for view in (0, 1):
        out, _, _, _, rss = call("bench/run", "ViewBench", "-p", "size=%d" % a.size, "-p", "view=%d" % view, *quick)
        micros = float(re.search(r"^ViewBench\.view\s.*?avgt\s+(?:\d+\s+)?([\d.]+)", out, re.M)[1])
        common.emit("fullrank", revision(), "view %d of vicreg, %d pixels" % (view, a.size), 1e6 / micros, None, 1, "fp32", rss,
                    micros_per_view=micros)


def loss(a):
    out, _, _, _, rss = call("bench/run", "ObjectiveBench", a.seconds, a.threads, *a.names)
    for line in out.splitlines()[1:]:
        name, n, d, ours, plain = line.split()[:5]
        for toolkit, ms in (("fullrank", ours), ("fullrank-plain-autograd", plain)):
            what = "loss %s N=%s D=%s" % (name, n, d)
            common.emit(toolkit, revision(), what, int(n) / float(ms) * 1e3, None, a.threads, "fp32", rss, ms=float(ms))


p = argparse.ArgumentParser()
sub = p.add_subparsers(required=True)
q = sub.add_parser("pretrain")
TEXTS = (("model", "convnet"), ("loss", "simclr"), ("widths", "512,128"), ("precision", "bf16"), ("data", "cifar"))
for flag, default in TEXTS:
    q.add_argument("--" + flag, default=default)
for flag, default in (("batch", 256), ("threads", 2), ("warmup", 5), ("steps", 20)):
    q.add_argument("--" + flag, type=int, default=default)
q.set_defaults(run=pretrain)
q = sub.add_parser("views")
q.add_argument("--size", type=int, default=32)
q.add_argument("--quick", action="store_true")
q.set_defaults(run=views)
q = sub.add_parser("loss")
q.add_argument("--seconds", type=int, default=5)
q.add_argument("--threads", type=int, default=2)
q.add_argument("names", nargs="*")
q.set_defaults(run=loss)
a = p.parse_args()
a.run(a)
