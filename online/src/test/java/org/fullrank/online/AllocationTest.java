package org.fullrank.online;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class AllocationTest {
    /// The first round loads classes, and the compiler may allocate a few bytes on the thread in any of them. A rule
    /// that
    /// allocates does so in all.
    private static final int ROUNDS = 5;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    static List<OnlineRule> rules() {
        return List.of(
                RuleName.LPL.builder(20, 8).build(),
                RuleName.VICREG_HINGE.builder(20, 8).build(),
                RuleName.VICREG_LOG.builder(20, 8).build(),
                RuleName.LOG_HEBB.builder(20, 8).build(),
                RuleName.OJA.builder(20, 8).build(),
                RuleName.SANGER.builder(20, 8).build(),
                LatentPredictive.builder(20, 8)
                        .activation(Activation.TANH)
                        .learningRate(Schedule.cosine(0.001, 10, 1000))
                        .build(),
                Standardized.of(LatentPredictive.builder(20, 8).build()),
                Stack.of(
                        LatentPredictive.builder(20, 10)
                                .activation(Activation.RELU)
                                .build(),
                        LatentPredictive.builder(10, 4).build()));
    }

    @ParameterizedTest
    @MethodSource("rules")
    void learningAllocatesNothing(OnlineRule rule) {
        float[][] samples = Samples.slow(1, 200, 20, 0.9);
        assertThat(LongStream.generate(() -> allocated(rule, samples))
                        .limit(ROUNDS)
                        .min())
                .as("fewest bytes of %d rounds", ROUNDS)
                .hasValue(0);
    }

    /** Bytes allocated by ten passes of updates, transforms and ends of sequences. */
    private static long allocated(OnlineRule rule, float[][] samples) {
        long thread = Thread.currentThread().getId();
        long before = THREADS.getThreadAllocatedBytes(thread);
        long overhead = THREADS.getThreadAllocatedBytes(thread) - before;
        before = THREADS.getThreadAllocatedBytes(thread);
        for (int pass = 0; pass < 10; pass++) {
            for (int t = 0; t < samples.length; t++) {
                rule.update(samples[t]);
                rule.transform(samples[t]);
            }
            rule.sequenceEnds();
        }
        return THREADS.getThreadAllocatedBytes(thread) - before - overhead;
    }
}
