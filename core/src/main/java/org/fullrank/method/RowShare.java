package org.fullrank.method;

import java.util.stream.IntStream;
import org.fullrank.engine.InputException;
import org.fullrank.engine.WorkerGroup;

/// Which rows of a batch a worker computes. A batch is divided into chunks of consecutive rows, and each chunk
/// into one slice of consecutive rows for each worker. So the workers together compute the same chunks as one
/// worker, and batch norms take their statistics over the same rows.
///
/// The rows of a worker are in the order of the batch: its slice of the first chunk, then of the second.
///
/// @param rows rows of the batch
/// @param chunks chunks of the batch; their sizes differ by at most one
/// @param workers number of workers; the sizes of their slices of a chunk differ by at most one
public record RowShare(long rows, int chunks, int workers) {
    /// @throws InputException unless there are 1 to `rows` chunks and each chunk has a row for each worker
    public RowShare {
        InputException.when(
                chunks < 1 || chunks > rows, "train.chunks: found %d, expected 1 to %d, the batch", chunks, rows);
        InputException.when(
                workers > rows / chunks,
                "workers: found %d, expected at most %d, the rows of a chunk; lower train.chunks or raise train.batch",
                workers,
                rows / chunks);
    }

    /// The share of a group's workers.
    public static RowShare of(long rows, int chunks, WorkerGroup workers) {
        return new RowShare(rows, chunks, workers.size());
    }

    /// The first row of the slice of a worker; for the number of workers, the end of the chunk.
    long begin(int chunk, int worker) {
        long first = rows * chunk / chunks;
        long size = rows * (chunk + 1) / chunks - first;
        return first + size * worker / workers;
    }

    /// The number of rows in the slice of a worker.
    long count(int chunk, int worker) {
        return begin(chunk, worker + 1) - begin(chunk, worker);
    }

    /// The number of rows of a worker.
    public long count(int worker) {
        return offset(chunks, worker);
    }

    /// The number of rows of a worker before its slice of a chunk.
    long offset(int chunk, int worker) {
        long rowsBefore = 0;
        for (int c = 0; c < chunk; c++) {
            rowsBefore += count(c, worker);
        }
        return rowsBefore;
    }

    /// The most rows of any worker.
    long most() {
        long most = 0;
        for (int worker = 0; worker < workers; worker++) {
            most = Math.max(most, count(worker));
        }
        return most;
    }

    /// Selects the entries of a worker from an array that has one entry for each row of the batch.
    public int[] of(int[] ofRows, int worker) {
        return IntStream.range(0, chunks)
                .flatMap(c -> IntStream.range((int) begin(c, worker), (int) begin(c, worker + 1)))
                .map(row -> ofRows[row])
                .toArray();
    }
}
