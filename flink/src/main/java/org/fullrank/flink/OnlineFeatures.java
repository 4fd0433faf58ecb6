package org.fullrank.flink;

import java.io.IOException;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;
import org.fullrank.online.OnlineRule;

/**
 * Learns features of keyed samples and emits the features of each sample. There is one learner per key.
 *
 * <p>The learner is stored in keyed state. The heap backend keeps the learner as an object. The heap backend copies
 * this object only while a checkpoint is written. The RocksDB backend serializes the learner for every sample. The
 * samples of one key must come in order.
 *
 * <pre>{@code
 * samples.keyBy(Sample::key)
 *         .process(new OnlineFeatures(() -> LatentPredictive.builder(6, 16).build()))
 * }</pre>
 */
public final class OnlineFeatures extends KeyedProcessFunction<String, Sample, Features> {
    /** Side output: the learner of a key, each time one of its sequences ends. */
    public static final OutputTag<Learned> LEARNED = new OutputTag<>("learned") {
        private static final long serialVersionUID = 1;
    };

    private static final long serialVersionUID = 1;

    private final RuleFactory factory;

    @SuppressWarnings("NullAway.Init") // set by open
    private transient ValueState<OnlineRule> state;

    /** A function that gets new learners from this factory. */
    public OnlineFeatures(RuleFactory factory) {
        this.factory = factory;
    }

    @Override
    public void open(OpenContext context) {
        state = getRuntimeContext().getState(new ValueStateDescriptor<>("rule", new RuleSerializer()));
    }

    @Override
    @SuppressWarnings("NullAway") // a key without state has null
    public void processElement(Sample sample, Context context, Collector<Features> out) throws IOException {
        OnlineRule rule = state.value();
        if (rule == null) {
            rule = factory.newRule();
        }
        float[] z = rule.update(sample.values());
        out.collect(new Features(sample.key(), rule.samples(), z.clone()));
        if (sample.endsSequence()) {
            rule.sequenceEnds();
            context.output(LEARNED, new Learned(sample.key(), rule.toBytes()));
        }
        state.update(rule);
    }
}
