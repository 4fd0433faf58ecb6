"""FastICA of scikit-learn on mixtures whose mixing matrix is known: Amari distance and seconds, as UnmixingBench prints
them for `fullrank unmix`.

    python bench/peers/unmix_sklearn.py make FOLDER [RECORDINGS]     makes the mixtures
    python bench/peers/unmix_sklearn.py FOLDER/*                     measures FastICA
    bench/run UnmixingBench FOLDER/*                                 measures fullrank

RECORDINGS is the folder `recordings` of the Free Spoken Digit Dataset; without it, there are no mixtures of speech. An
input is a folder with the mixing matrix (.csv) and the mixtures (.npy or mix_*.wav). It is fitted with five seeds. A
folder of inputs is one kind of mixtures, and each of its inputs is fitted once. Needs scikit-learn==1.7.2,
scipy==1.16.3 and numpy==2.3.5. One thread, as fullrank unmix: set OMP_NUM_THREADS=1 and OPENBLAS_NUM_THREADS=1.
"""

import sys
import time
import warnings
from pathlib import Path

import numpy as np
from scipy.io import wavfile
from sklearn.decomposition import FastICA
from sklearn.exceptions import ConvergenceWarning

SEEDS = 5
SAMPLES = 5000
SPEAKERS = ("jackson", "theo", "lucas", "george", "nicolas")
TAKES = 2


def four(random):
    """Uniform, Laplace, two-point with noise, and exponential sources."""
    return np.stack(
        [
            random.uniform(-1, 1, SAMPLES),
            random.laplace(size=SAMPLES),
            np.sign(random.standard_normal(SAMPLES)) + 0.1 * random.standard_normal(SAMPLES),
            random.exponential(size=SAMPLES),
        ]
    )


def one_normal(random):
    return np.concatenate([four(random)[:3], random.standard_normal((1, SAMPLES))])


def two_normal(random):
    return random.standard_normal((2, SAMPLES))


def speech(folder, count, seed):
    """Digits one after another, other recordings for each seed."""
    voices = []
    for speaker in SPEAKERS[:count]:
        takes = [
            wavfile.read(folder / f"{digit}_{speaker}_{take}.wav")[1]
            for take in range(seed * TAKES, (seed + 1) * TAKES)
            for digit in range(10)
        ]
        voices.append(np.concatenate(takes) / 2.0**15)
    length = min(map(len, voices))
    return np.stack([voice[:length] for voice in voices])


def save(folder, sources, random):
    mixing = random.standard_normal((len(sources), len(sources)))
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / "mixtures.npy", (mixing @ sources).T)
    np.savetxt(folder / "mixing.csv", mixing, delimiter=",", fmt="%.17g")


def make(folder, recordings=None):
    for seed in range(SEEDS):
        for make_sources in (four, one_normal, two_normal):
            random = np.random.default_rng(seed)
            save(folder / make_sources.__name__ / str(seed), make_sources(random), random)
        for count in (3, 5) if recordings else ():
            random = np.random.default_rng(seed)
            save(folder / f"speech_{count}" / str(seed), speech(recordings, count, seed), random)


def read(folder):
    mixing = np.loadtxt(next(folder.glob("*.csv")), delimiter=",")
    files = sorted(folder.glob("mix_*.wav"))
    if files:
        return np.column_stack([wavfile.read(file)[1] / 2.0**15 for file in files]), mixing
    return np.load(next(folder.glob("*.npy"))), mixing


def amari(unmixing, mixing):
    p = np.abs(unmixing @ mixing)
    d = len(p)
    rows = (p.sum(1) / p.max(1) - 1).sum()
    columns = (p.sum(0) / p.max(0) - 1).sum()
    return (rows + columns) / (2 * d * (d - 1))


def main():
    if sys.argv[1] == "make":
        make(*map(Path, sys.argv[2:]))
        return
    warnings.simplefilter("ignore", ConvergenceWarning)  # it is in the table
    print("| mixtures | contrast | fits | converged | Amari distance: median | largest | seconds: median |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for kind in map(Path, sys.argv[1:]):
        folders = sorted(f for f in kind.iterdir() if f.is_dir())
        inputs = [read(folders[seed] if folders else kind) for seed in range(SEEDS)]
        for contrast in ("logcosh", "cube", "exp"):
            seconds, distances, converged = [], [], 0
            for seed, (mixtures, mixing) in enumerate(inputs):
                model = FastICA(fun=contrast, whiten="unit-variance", random_state=seed)
                start = time.perf_counter()
                model.fit(mixtures)
                seconds.append(time.perf_counter() - start)
                distances.append(amari(model.components_, mixing))
                converged += model.n_iter_ < model.max_iter
            print(
                f"| {kind.name} | {contrast} | {SEEDS} | {converged} | {np.median(distances):.4f}"
                f" | {max(distances):.4f} | {np.median(seconds):.3f} |"
            )


if __name__ == "__main__":
    main()
