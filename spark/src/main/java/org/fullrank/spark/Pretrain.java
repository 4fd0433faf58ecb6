package org.fullrank.spark;

/// Trains an encoder with several workers that Spark starts. Each task of a barrier stage starts a process of
/// `fullrank pretrain`. The processes train together as with `--rendezvous`, so the result is that of
/// `fullrank pretrain --workers K`, bit by bit, on the same kind of processor with the same number of threads.
///
/// If a worker or its machine is lost, Spark starts all of them again, and they continue from the last
/// checkpoint. The run folder and the data must be on a disk that all machines share.
public final class Pretrain {
    private Pretrain() {}

    /// The command for `spark-submit`.
    public static void main(String[] arguments) {
        SubmittedJob.run(new PretrainJob(), arguments);
    }
}
