package org.fullrank.flink;

import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.base.TypeSerializerSingleton;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.fullrank.online.Oja;
import org.fullrank.online.OnlineRule;

/** Serializes learners in Flink's state. The bytes have a version and a checksum. */
public final class RuleSerializer extends TypeSerializerSingleton<OnlineRule> {
    private static final long serialVersionUID = 1;

    /** Names the serializer in a savepoint, so that Flink finds it again. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<OnlineRule> {
        /** Called by Flink. */
        public Snapshot() {
            super(RuleSerializer::new);
        }
    }

    @Override
    public boolean isImmutableType() {
        return false;
    }

    @Override
    public OnlineRule createInstance() {
        return Oja.builder(1, 1).build();
    }

    @Override
    public OnlineRule copy(OnlineRule from) {
        return OnlineRule.fromBytes(from.toBytes());
    }

    @Override
    public OnlineRule copy(OnlineRule from, OnlineRule reuse) {
        return copy(from);
    }

    @Override
    public int getLength() {
        return -1; // it varies
    }

    @Override
    public void serialize(OnlineRule rule, DataOutputView target) throws IOException {
        byte[] bytes = rule.toBytes();
        target.writeInt(bytes.length);
        target.write(bytes);
    }

    @Override
    public OnlineRule deserialize(DataInputView source) throws IOException {
        return OnlineRule.fromBytes(bytes(source));
    }

    @Override
    public OnlineRule deserialize(OnlineRule reuse, DataInputView source) throws IOException {
        return deserialize(source);
    }

    @Override
    public void copy(DataInputView source, DataOutputView target) throws IOException {
        byte[] bytes = bytes(source);
        target.writeInt(bytes.length);
        target.write(bytes);
    }

    private static byte[] bytes(DataInputView source) throws IOException {
        byte[] bytes = new byte[source.readInt()];
        source.readFully(bytes);
        return bytes;
    }

    @Override
    public TypeSerializerSnapshot<OnlineRule> snapshotConfiguration() {
        return new Snapshot();
    }
}
