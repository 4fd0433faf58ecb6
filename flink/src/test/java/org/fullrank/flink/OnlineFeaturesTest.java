package org.fullrank.flink;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.state.CheckpointListener;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.CloseableIterator;
import org.fullrank.online.LatentPredictive;
import org.fullrank.online.OnlineRule;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Jobs on Flink's MiniCluster. */
class OnlineFeaturesTest {
    private static final int KEYS = 3;
    private static final long SAMPLES = 4500;
    private static final long KILLED_AFTER = 2000;

    private static final AtomicBoolean KILL = new AtomicBoolean();
    private static final AtomicLong CHECKPOINTS = new AtomicLong();
    private static final AtomicLong FIRST_AFTER_KILL = new AtomicLong();

    @TempDir
    Path folder;

    @BeforeEach
    void forget() {
        CHECKPOINTS.set(0);
        FIRST_AFTER_KILL.set(-1);
    }

    private static OnlineRule newRule() {
        return LatentPredictive.builder(5, 3).learningRate(0.01).build();
    }

    private static Sample sample(long number) {
        Random random = new Random(number);
        float[] values = new float[5];
        for (int j = 0; j < values.length; j++) {
            values[j] = (float) random.nextGaussian();
        }
        boolean last = number >= SAMPLES - KEYS;
        return new Sample("key " + number % KEYS, values, last || number % 300 < KEYS);
    }

    /** Numbers to samples, slowly enough for checkpoints; throws once where a kill is due. */
    private static final class Slowly implements MapFunction<Long, Sample>, CheckpointListener {
        private static final long serialVersionUID = 1;

        private boolean first = true;

        @Override
        public Sample map(Long number) throws InterruptedException {
            if (first && !KILL.get()) {
                FIRST_AFTER_KILL.set(number);
            }
            first = false;
            if (number % 10 == 0) {
                Thread.sleep(1);
            }
            if (number >= KILLED_AFTER && CHECKPOINTS.get() >= 2 && KILL.compareAndSet(true, false)) {
                throw new IllegalStateException("killed on purpose");
            }
            return sample(number);
        }

        @Override
        public void notifyCheckpointComplete(long id) {
            CHECKPOINTS.incrementAndGet();
        }
    }

    /** The last state of each key. */
    private Map<String, byte[]> learned() throws Exception {
        Configuration configuration = new Configuration();
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 1);
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(1));
        configuration.set(
                CheckpointingOptions.CHECKPOINTS_DIRECTORY, folder.toUri().toString());
        Map<String, byte[]> last = new HashMap<>();
        try (var environment = StreamExecutionEnvironment.createLocalEnvironment(1, configuration)) {
            environment.enableCheckpointing(20);
            var learned = environment
                    .fromSequence(0, SAMPLES - 1)
                    .map(new Slowly())
                    .keyBy(Sample::key)
                    .process(new OnlineFeatures(OnlineFeaturesTest::newRule))
                    .getSideOutput(OnlineFeatures.LEARNED);
            try (CloseableIterator<Learned> states = learned.executeAndCollect()) {
                states.forEachRemaining(state -> last.put(state.key(), state.state()));
            }
        }
        return last;
    }

    private static Map<String, byte[]> learnedByHand() {
        Map<String, OnlineRule> rules = new HashMap<>();
        for (long number = 0; number < SAMPLES; number++) {
            Sample sample = sample(number);
            OnlineRule rule = rules.computeIfAbsent(sample.key(), key -> newRule());
            rule.update(sample.values());
            if (sample.endsSequence()) {
                rule.sequenceEnds();
            }
        }
        Map<String, byte[]> states = new HashMap<>();
        rules.forEach((key, rule) -> states.put(key, rule.toBytes()));
        return states;
    }

    private static void assertSame(Map<String, byte[]> actual) {
        Map<String, byte[]> expected = learnedByHand();
        assertThat(actual).hasSize(KEYS).containsOnlyKeys(expected.keySet());
        actual.forEach((key, state) -> assertThat(state).as(key).isEqualTo(expected.get(key)));
    }

    @Test
    void aKilledJobRestoresItsLearnersFromACheckpointAndEndsWithTheSameWeights() throws Exception {
        KILL.set(true);
        assertSame(learned());
        assertThat(KILL.get()).as("waits for its kill").isFalse();
        assertThat(CHECKPOINTS.get()).isGreaterThanOrEqualTo(2);
        assertThat(FIRST_AFTER_KILL.get()).as("first sample after the restore").isBetween(1L, SAMPLES - 1);
    }

    @Test
    void aJobThatIsNotKilledLearnsAsPlainJavaDoes() throws Exception {
        KILL.set(false);
        assertSame(learned());
    }

    @Test
    void recordsShowTheirValues() {
        assertThat(new Sample("a", new float[] {1, 2}, true))
                .hasToString("Sample[key=a, values=[1.0, 2.0], endsSequence=true]");
        assertThat(new Features("a", 3, new float[] {4})).hasToString("Features[key=a, sample=3, values=[4.0]]");
        assertThat(new Learned("a", new byte[5])).hasToString("Learned[key=a, state=5 bytes]");
    }
}
