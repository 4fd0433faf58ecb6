"""FastICA of scikit-learn on mixtures whose mixing matrix is known: seconds and Amari distance, as UnmixingBench prints
them for `fullrank unmix`.

    python bench/peers/unmix_sklearn.py make FOLDER                  synthetic mixtures of four sources, and their matrix
    python bench/peers/unmix_sklearn.py FOLDER/mixing.csv FOLDER/mixtures.npy
    bench/run UnmixingBench FOLDER/mixing.csv FOLDER/mixtures.npy

Several WAV files are mixtures of the same samples. Needs scikit-learn==1.7.2, scipy==1.16.3 and numpy==2.3.5. One
thread, as fullrank unmix: set OMP_NUM_THREADS=1 and OPENBLAS_NUM_THREADS=1.
"""

import sys
import time
import warnings
from pathlib import Path

import numpy as np
from scipy.io import wavfile
from sklearn.decomposition import FastICA
from sklearn.exceptions import ConvergenceWarning

ROUNDS = 6
SAMPLES = 5000


def make(folder):
    """Uniform, Laplace, two-point with noise, and exponential sources."""
    random = np.random.default_rng(0)
    sources = np.stack(
        [
            random.uniform(-1, 1, SAMPLES),
            random.laplace(size=SAMPLES),
            np.sign(random.standard_normal(SAMPLES)) + 0.1 * random.standard_normal(SAMPLES),
            random.exponential(size=SAMPLES),
        ]
    )
    mixing = random.standard_normal((4, 4))
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / "mixtures.npy", (mixing @ sources).T)
    np.savetxt(folder / "mixing.csv", mixing, delimiter=",", fmt="%.17g")


def read(files):
    if files[0].suffix == ".wav":
        return np.column_stack([wavfile.read(file)[1] / 2.0**15 for file in files])
    return np.column_stack([np.load(file) for file in files])


def amari(unmixing, mixing):
    p = np.abs(unmixing @ mixing)
    d = len(p)
    rows = (p.sum(1) / p.max(1) - 1).sum()
    columns = (p.sum(0) / p.max(0) - 1).sum()
    return (rows + columns) / (2 * d * (d - 1))


def main():
    if sys.argv[1] == "make":
        make(Path(sys.argv[2]))
        return
    mixing = np.loadtxt(sys.argv[1], delimiter=",")
    mixtures = read([Path(file) for file in sys.argv[2:]])
    warnings.simplefilter("ignore", ConvergenceWarning)  # it is printed in the line
    for contrast in ("logcosh", "cube", "exp"):
        seconds, distances, steps = [], [], []
        for seed in range(ROUNDS):
            model = FastICA(fun=contrast, whiten="unit-variance", random_state=seed)
            start = time.perf_counter()
            model.fit(mixtures)
            seconds.append(time.perf_counter() - start)
            distances.append(amari(model.components_, mixing))
            steps.append(model.n_iter_)
        print(
            f"FastICA {contrast:8} {mixtures.shape[1]} mixtures of {mixtures.shape[0]} samples: first {seconds[0]:.3f} s,"
            f" then {np.median(seconds[1:]):.3f} s (median of {ROUNDS - 1}); Amari distance {min(distances):.4f} to"
            f" {max(distances):.4f}, median {np.median(distances):.4f}; at most {max(steps)} steps"
            + (", not converged" if max(steps) == model.max_iter else "")
        )


if __name__ == "__main__":
    main()
