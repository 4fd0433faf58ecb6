"""HNSW indexes of faiss and hnswlib on the rows of a .npy file: time of the build, size, recall@10 and queries per
second, as SearchBench prints them for `fullrank index` and `fullrank search`.

    python bench/peers/search_peers.py make FILE.npy ROWS COLUMNS     makes clustered vectors
    python bench/peers/search_peers.py FILE.npy [THREADS]             measures faiss and hnswlib
    bench/run SearchBench FILE.npy [THREADS]                          measures fullrank

Rows are scaled to length 1 and compared by inner product. The graph has 16 neighbors and a beam of 100 at the build, and
a search has a beam of 100. The queries are 500 rows at equal distances, and a query does not find itself. THREADS
build the index, default 1; one thread searches. Needs faiss-cpu==1.15.1, hnswlib==0.8.0 and numpy==2.4.6.
"""

import os
import sys
import tempfile
import time

import numpy as np

NEIGHBORS = 16
BEAM = 100
QUERIES = 500
K = 10
MEASURED = 3  # seconds for which queries are repeated
BLOCK = 1 << 16


def make(file, rows, columns):
    """A mixture of 1 cluster for 100 rows, whose columns have unlike scales, as embeddings have."""
    random = np.random.default_rng(0)
    centers = random.standard_normal((max(1, rows // 100), columns), dtype=np.float32)
    scales = (1 + np.arange(columns, dtype=np.float32)) ** -0.5
    values = np.empty((rows, columns), dtype=np.float32)
    for first in range(0, rows, BLOCK):
        count = min(BLOCK, rows - first)
        cluster = random.integers(len(centers), size=count)
        values[first : first + count] = scales * (
            centers[cluster] + 0.7 * random.standard_normal((count, columns), dtype=np.float32)
        )
    np.save(file, values)


def truth(z, queries):
    """Numbers of the true neighbors, [Q, K]."""
    best = np.full((len(queries), K), -np.inf, dtype=np.float32)
    rows = np.zeros((len(queries), K), dtype=np.int64)
    for first in range(0, len(z), BLOCK):
        cosines = z[queries] @ z[first : first + BLOCK].T
        inside = (queries >= first) & (queries < first + cosines.shape[1])
        cosines[np.flatnonzero(inside), queries[inside] - first] = -np.inf
        both = np.concatenate([best, cosines], axis=1)
        place = np.argpartition(-both, K - 1, axis=1)[:, :K]
        numbers = np.concatenate([rows, np.broadcast_to(np.arange(first, first + cosines.shape[1]), cosines.shape)], axis=1)
        best = np.take_along_axis(both, place, 1)
        rows = np.take_along_axis(numbers, place, 1)
    return rows


def measure(name, build, search, save, z):
    queries = np.arange(min(QUERIES, len(z))) * len(z) // min(QUERIES, len(z))
    start = time.perf_counter()
    index = build(z)
    seconds = time.perf_counter() - start
    found = 0
    for query, true in zip(queries, truth(z, queries)):
        hits = [row for row in search(index, z[query : query + 1], K + 1) if row != query][:K]
        found += len(set(hits) & set(true.tolist()))
    for _ in range(2):  # the first pass is not counted
        start, done = time.perf_counter(), 0
        while time.perf_counter() - start < MEASURED:
            query = queries[done % len(queries)]
            search(index, z[query : query + 1], K)
            done += 1
        rate = done / (time.perf_counter() - start)
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "index")
        save(index, file)
        size = os.path.getsize(file)
    print(f"| {name} | {seconds:.1f} | {size / 1e6:.0f} | {found / len(queries) / K:.4f} | {rate:.0f} |", flush=True)


def faiss_index(storage, threads):
    import faiss

    def build(z):
        faiss.omp_set_num_threads(threads)
        index = storage(faiss, z.shape[1])
        index.hnsw.efConstruction = BEAM
        index.train(z)
        index.add(z)
        faiss.omp_set_num_threads(1)
        index.hnsw.efSearch = BEAM
        return index

    def search(index, query, k):
        return index.search(query, k)[1][0].tolist()

    return build, search, lambda index, file: faiss.write_index(index, file)


def hnswlib_index(threads):
    import hnswlib

    def build(z):
        index = hnswlib.Index("ip", z.shape[1])
        index.init_index(len(z), M=NEIGHBORS, ef_construction=BEAM, random_seed=0)
        index.add_items(z, num_threads=threads)
        index.set_ef(BEAM)
        index.set_num_threads(1)
        return index

    def search(index, query, k):
        return index.knn_query(query, k)[0][0].tolist()

    return build, search, lambda index, file: index.save_index(file)


def main():
    if sys.argv[1] == "make":
        make(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
        return
    z = np.load(sys.argv[1]).astype(np.float32)
    z /= np.linalg.norm(z, axis=1, keepdims=True)
    threads = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    print("| index | build s | size MB | recall@10 | queries/s |")
    print("| --- | --- | --- | --- | --- |")
    product = 0  # faiss.METRIC_INNER_PRODUCT
    measure(
        "faiss HNSWFlat, 32 bits",
        *faiss_index(lambda faiss, d: faiss.IndexHNSWFlat(d, NEIGHBORS, product), threads),
        z,
    )
    for bits in (8, 4):
        measure(
            f"faiss HNSWSQ, {bits} bits",
            *faiss_index(
                lambda faiss, d: faiss.IndexHNSWSQ(
                    d, getattr(faiss.ScalarQuantizer, f"QT_{bits}bit"), NEIGHBORS, product
                ),
                threads,
            ),
            z,
        )
    measure("hnswlib, 32 bits", *hnswlib_index(threads), z)


if __name__ == "__main__":
    main()
