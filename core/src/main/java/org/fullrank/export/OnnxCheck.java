package org.fullrank.export;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.fullrank.engine.JobException;

/// Runs a model with onnxruntime on the processor.
public final class OnnxCheck implements AutoCloseable {
    private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
    private final OrtSession session;

    /// @throws JobException when onnxruntime refuses the model
    public OnnxCheck(byte[] model, int threads) {
        try (var options = new SessionOptions()) {
            options.setIntraOpNumThreads(threads);
            session = environment.createSession(model, options);
        } catch (OrtException e) {
            throw failed("does not load", e);
        }
    }

    /// Computes the embeddings `[N][D]`.
    ///
    /// @param values N inputs, one after another
    /// @param bytes whether the model reads uint8; the values are then whole numbers from 0 to 255
    /// @param sizes shape of one input
    /// @throws JobException when onnxruntime fails
    public float[][] run(float[] values, boolean bytes, long... sizes) {
        return run(List.of(OnnxEncoder.OUTPUT), values, bytes, sizes).getFirst();
    }

    /// Computes several outputs `[N][D]` in one run.
    ///
    /// @param names names of the outputs
    /// @param values N inputs, one after another
    /// @param bytes whether the model reads uint8; the values are then whole numbers from 0 to 255
    /// @param sizes shape of one input
    /// @return the outputs in the order of `names`
    /// @throws JobException when onnxruntime fails
    public List<float[][]> run(List<String> names, float[] values, boolean bytes, long... sizes) {
        return results(values, bytes, sizes, result -> {
            var outputs = new ArrayList<float[][]>();
            for (String name : names) {
                outputs.add((float[][]) result.get(name).orElseThrow().getValue());
            }
            return outputs;
        });
    }

    /// Computes outputs that are scalars, by name.
    Map<String, Float> scalars(List<String> names, float[] values, boolean bytes, long... sizes) {
        return results(values, bytes, sizes, result -> {
            var scalars = new HashMap<String, Float>();
            for (String name : names) {
                scalars.put(name, (Float) result.get(name).orElseThrow().getValue());
            }
            return scalars;
        });
    }

    private interface Read<T> {
        T from(OrtSession.Result result) throws OrtException;
    }

    private <T> T results(float[] values, boolean bytes, long[] sizes, Read<T> read) {
        long[] shape = new long[sizes.length + 1];
        System.arraycopy(sizes, 0, shape, 1, sizes.length);
        long size = 1;
        for (long axis : sizes) {
            size *= axis;
        }
        shape[0] = values.length / size;
        try (OnnxTensor input = bytes
                        ? OnnxTensor.createTensor(environment, bytes(values), shape, OnnxJavaType.UINT8)
                        : OnnxTensor.createTensor(environment, FloatBuffer.wrap(values), shape);
                OrtSession.Result result = session.run(Map.of(OnnxEncoder.INPUT, input))) {
            return read.from(result);
        } catch (OrtException e) {
            throw failed("does not run", e);
        }
    }

    private static ByteBuffer bytes(float[] values) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(values.length).order(ByteOrder.nativeOrder());
        for (float value : values) {
            buffer.put((byte) (int) value);
        }
        return buffer.flip();
    }

    private static JobException failed(String what, OrtException e) {
        return new JobException("export: the model %s in onnxruntime: %s".formatted(what, e.getMessage()), e);
    }

    @Override
    public void close() {
        try {
            session.close();
        } catch (OrtException e) {
            throw failed("does not close", e);
        }
    }
}
