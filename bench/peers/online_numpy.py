"""The update of `fullrank stream --rule lpl` as a loop over samples in numpy: microseconds per update at 784 -> 256.

    python bench/peers/online_numpy.py [INPUTS] [UNITS]

The rule is that of LatentPredictive with its defaults. Two ways to write it: as the formulas stand, and with
assignments in place and no temporary arrays of the size of the weights but the outer product; each in both precisions.
The best of many short rounds counts, as in OnlineBench, so that other work on the machine matters little. Set OPENBLAS_NUM_THREADS=1 for one thread.
"""

import sys
import time

import numpy as np

ETA, DECAY, RATE, EPSILON = 1e-3, 0.075, 0.01, 1e-4
ROUNDS, UPDATES = 201, 20


class Learner:
    def __init__(self, inputs, units, dtype):
        rng = np.random.default_rng(1)
        self.w = (rng.standard_normal((units, inputs)) / np.sqrt(inputs)).astype(dtype)
        self.mean = np.zeros(units, dtype)
        self.c = np.eye(units, dtype=dtype)
        self.var = np.ones(units, dtype)
        self.previous = np.zeros(units, dtype)
        self.beta = 1 / (units - 1)

    def formulas(self, x):
        z = self.w @ x
        d = z - self.mean
        self.mean = self.mean + RATE * d
        self.var = (1 - RATE) * (self.var + RATE * d * d)
        self.c = (1 - RATE) * (self.c + RATE * np.outer(d, d))
        u = z - self.mean
        apart = self.beta * (self.c @ u - self.var * u)
        g = u / (self.var + EPSILON) - (z - self.previous) - apart
        self.w = self.w + ETA * (np.outer(g, x) - DECAY * self.w)
        self.previous = z
        return z

    def in_place(self, x):
        z = self.w @ x
        d = z - self.mean
        self.mean += RATE * d
        self.var = (1 - RATE) * (self.var + RATE * d * d)
        self.c += np.outer(RATE * d, d)
        self.c *= 1 - RATE
        u = z - self.mean
        apart = self.beta * (self.c @ u - self.var * u)
        g = u / (self.var + EPSILON) - (z - self.previous) - apart
        self.w *= 1 - ETA * DECAY
        self.w += np.outer(ETA * g, x)
        self.previous = z
        return z


def microseconds(update, samples):
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.perf_counter()
        for t in range(UPDATES):
            update(samples[t % len(samples)])
        best = min(best, time.perf_counter() - start)
    return best / UPDATES * 1e6


def main():
    inputs = int(sys.argv[1]) if len(sys.argv) > 1 else 784
    units = int(sys.argv[2]) if len(sys.argv) > 2 else 256
    print(f"{inputs} -> {units}, numpy {np.__version__}")
    for dtype in (np.float64, np.float32):
        samples = (0.1 * np.random.default_rng(2).standard_normal((64, inputs))).astype(dtype)
        learner = Learner(inputs, units, dtype)
        for name in ("formulas", "in_place"):
            print(f"{dtype.__name__} {name:9} {microseconds(getattr(learner, name), samples):8.1f} us per update")


if __name__ == "__main__":
    main()
