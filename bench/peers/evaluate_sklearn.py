"""kNN, linear, recall@k, R-precision, MAP@R and NMI of saved embeddings by scikit-learn, beside those of Fullrank.

    fullrank embed RUN --split train --out train.npy
    fullrank embed RUN --split test --out test.npy
    fullrank evaluate RUN --protocol knn,linear,retrieval --json > ours.json
    python bench/peers/evaluate_sklearn.py train.npy test.npy ours.json

Needs scikit-learn==1.7.2 and numpy==2.3.5. k-means starts from the centers that Fullrank draws (a SplitMix64 stream,
written out below), so that both reach the same partition; scikit-learn's own start stands beside it. A difference of a
few items comes from similarities that are equal in float32 but not in float64.
"""

import json
import sys

import numpy as np
from sklearn.cluster import KMeans
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import normalized_mutual_info_score
from sklearn.neighbors import KNeighborsClassifier, NearestNeighbors
from sklearn.preprocessing import StandardScaler, normalize

MASK = (1 << 64) - 1
GAMMA = 0x9E3779B97F4A7C15


def mix(z):
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


class Keyed:
    def __init__(self, seed, *path):
        self.state = mix((seed + GAMMA) & MASK)
        for step in path:
            self.state = mix(((self.state ^ mix((step + GAMMA) & MASK)) + GAMMA) & MASK)

    def double(self):
        self.state = (self.state + GAMMA) & MASK
        return (mix(self.state) >> 11) * 2.0**-53


def name(text):
    value = 0xCBF29CE484222325
    for c in text:
        value = ((value ^ ord(c)) * 0x100000001B3) & MASK
    return value


def start(rows, clusters, restart):
    """k-means++ as Arthur and Vassilvitskii describe it: one candidate for each center."""
    random = Keyed(0, name("probe.kmeans"), restart)
    nearest = np.ones(len(rows))
    centers = []
    for c in range(clusters):
        at = min(np.searchsorted(np.cumsum(nearest), random.double() * nearest.sum(), side="right"), len(rows) - 1)
        centers.append(rows[at])
        squares = ((rows - rows[at]) ** 2).sum(1)
        nearest = squares if c == 0 else np.minimum(nearest, squares)
    return np.array(centers)


def clusters(rows, labels):
    count = len(np.unique(labels))
    fits = [
        KMeans(count, init=start(rows, count, i), n_init=1, max_iter=300, tol=0, algorithm="lloyd").fit(rows)
        for i in range(10)
    ]
    best = min(fits, key=lambda fit: fit.inertia_)
    own = KMeans(count, n_init=10, random_state=0).fit(rows)
    return (
        normalized_mutual_info_score(labels, best.labels_),
        best.inertia_,
        normalized_mutual_info_score(labels, own.labels_),
    )


def retrieval(rows, labels):
    counts = np.bincount(labels)
    deepest = max(counts.max() - 1, 8)
    order = NearestNeighbors(n_neighbors=deepest + 1, metric="cosine", algorithm="brute").fit(rows)
    near = order.kneighbors(return_distance=False, n_neighbors=deepest)  # the query itself is left out
    hits = labels[near] == labels[:, None]
    r = counts[labels] - 1
    inside = np.arange(deepest)[None, :] < r[:, None]
    precision = np.cumsum(hits, 1) / np.arange(1, deepest + 1)
    values = {"recall@%d" % k: hits[:, :k].any(1).mean() for k in (1, 2, 4, 8)}
    values["rPrecision"] = ((hits & inside).sum(1) / r).mean()
    values["mapAtR"] = ((precision * hits * inside).sum(1) / r).mean()
    return values


def main(train_file, test_file, ours_file):
    train, test = np.load(train_file).astype(np.float64), np.load(test_file).astype(np.float64)
    train_labels = np.load(train_file.replace(".npy", "_labels.npy")).astype(int)
    test_labels = np.load(test_file.replace(".npy", "_labels.npy")).astype(int)
    with open(ours_file) as file:
        ours = json.load(file)
    probes = ours["evaluation"]["results"][0]
    row = ours["protocols"]["retrieval"]["results"][0]

    def votes(distances):
        return np.exp((1 - distances) / 0.07)

    knn = KNeighborsClassifier(20, weights=votes, metric="cosine", algorithm="brute").fit(train, train_labels)
    scaler = StandardScaler().fit(train)
    # The penalty of scikit-learn counts against a sum over rows, ours against their mean.
    linear = LogisticRegression(C=1 / (3e-4 * len(train)), tol=1e-6, max_iter=5000)
    linear.fit(scaler.transform(train), train_labels)
    theirs = {
        "knn": knn.score(test, test_labels),
        "linear": linear.score(scaler.transform(test), test_labels),
        **retrieval(test, test_labels),
    }
    nmi, inertia, own = clusters(normalize(test), test_labels)
    theirs["nmi"], theirs["inertia"] = nmi, inertia
    mine = {"knn": probes["knn"]["accuracy"], "linear": probes["linear"]["accuracy"]}
    mine.update({key: row[key] for key in theirs if key in row})
    print("%-12s %14s %14s %12s" % ("", "fullrank", "scikit-learn", "difference"))
    for key, value in theirs.items():
        print("%-12s %14.6f %14.6f %12.1e" % (key, mine[key], value, mine[key] - value))
    print("%-12s %14s %14.6f   scikit-learn's own start" % ("nmi", "", own))


if __name__ == "__main__":
    main(*sys.argv[1:])
