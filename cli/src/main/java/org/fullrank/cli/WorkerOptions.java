package org.fullrank.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The options of a training with several workers.
final class WorkerOptions {
    /// Most workers. A larger number is a mistake, because each worker is a process.
    private static final int MOST = 1024;

    @Option(
            names = "--workers",
            paramLabel = "K",
            description = "Trains with K processes on this machine. They share each batch and the processors. The"
                    + " result is that of one process, except for rounding.")
    int workers = 1;

    @Option(
            names = "--rendezvous",
            paramLabel = "HOST:PORT",
            description = "Trains with processes on several machines. HOST is the machine of rank 0. Start one process"
                    + " on each machine with the same --rendezvous and --world-size, and its own --rank.")
    @Nullable
    String rendezvous;

    @Option(
            names = "--rank",
            paramLabel = "R",
            description = "The number of this process, from 0. Rank 0 writes the run folder.")
    @Nullable
    Integer rank;

    @Option(names = "--world-size", paramLabel = "K", description = "The number of processes on all machines together.")
    @Nullable
    Integer worldSize;

    /// What is wrong with the options; empty if nothing is.
    String fault() {
        if (workers < 1 || workers > MOST) {
            return "--workers: found %d, expected 1 to %d".formatted(workers, MOST);
        }
        if (rendezvous == null && rank == null && worldSize == null) {
            return "";
        }
        if (workers > 1) {
            return "found --workers together with --rendezvous, expected one of them; start a process for each worker, with"
                    + " its own --rank";
        }
        if (rendezvous == null || rank == null || worldSize == null) {
            return "found only some of --rendezvous, --rank and --world-size, expected all three or none";
        }
        if (worldSize < 2 || worldSize > MOST) {
            return "--world-size: found %d, expected 2 to %d".formatted(worldSize, MOST);
        }
        return rank < 0 || rank >= worldSize
                ? "--rank: found %d, expected 0 to %d, one less than --world-size".formatted(rank, worldSize - 1)
                : "";
    }

    /// The number of processes of the training.
    int size() {
        return worldSize == null ? workers : worldSize;
    }

    /// Whether this process follows the one with rank 0.
    boolean isFollower() {
        return rank != null && rank > 0;
    }
}
