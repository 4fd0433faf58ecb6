package org.fullrank.page;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.fullrank.decompose.Decomposition;
import org.fullrank.decompose.Observed;
import org.fullrank.decompose.PartialTensor;
import org.fullrank.decompose.RankSearch;
import org.fullrank.decompose.Reconstruction;
import org.fullrank.net.SignalShape;
import org.jspecify.annotations.Nullable;

/// The page that `fullrank decompose` writes. The page has the table of all factorizations, pictures of the
/// tensor, reconstruction, residual and factors, and the curves of the fit.
public final class DecompositionPage {
    /// Number of points of a curve. A drawing cannot show more.
    private static final int POINTS = 500;
    /// Number of columns of a factor that are drawn. A column of the page cannot hold more.
    private static final int COLUMNS = 32;

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final Observed data;
    private final Decomposition fitted;
    private final float @Nullable [] truth;

    private DecompositionPage(Observed data, Decomposition fitted, float @Nullable [] truth) {
        this.data = data;
        this.fitted = fitted;
        this.truth = truth;
    }

    /// One HTML file that needs no other files.
    ///
    /// @param subject name of the tensor
    /// @param table the fitted factors and the classical factorizations, in the order of the rows
    /// @param tried ranks that were compared; empty if the rank was given
    /// @param truth entries without noise, row-major; null if they are unknown
    public static String html(
            String subject,
            Observed data,
            Decomposition fitted,
            List<Reconstruction> table,
            List<RankSearch.Tried> tried,
            float @Nullable [] truth) {
        var page = new DecompositionPage(data, fitted, truth);
        ObjectNode content = MAPPER.createObjectNode()
                .put("kind", "decomposition")
                .put("subject", subject)
                .put("rank", fitted.rank())
                .put("iterations", fitted.iterations())
                .put("steps", fitted.losses().length);
        content.set("shape", MAPPER.valueToTree(data.shape()));
        content.set("table", rows(table));
        content.set("tried", MAPPER.valueToTree(tried));
        content.set("curve", page.curve());
        content.set("pictures", page.pictures(table.getFirst().values()));
        content.set("factors", page.factors());
        return Html.alone("Fullrank decomposition: " + subject, content);
    }

    private static ArrayNode rows(List<Reconstruction> table) {
        ArrayNode rows = MAPPER.createArrayNode();
        for (Reconstruction row : table) {
            rows.addObject()
                    .put("name", row.name())
                    .put("rank", row.rank())
                    .put("heldOut", row.heldOut())
                    .put("psnr", row.psnr());
        }
        return rows;
    }

    private ObjectNode curve() {
        ObjectNode curve = MAPPER.createObjectNode();
        int stride = Math.ceilDiv(fitted.losses().length, POINTS);
        for (int i = 0; i < fitted.losses().length; i += stride) {
            curve.withArray("steps").add(i + 1);
            curve.withArray("loss").add(fitted.losses()[i]);
            curve.withArray("heldOut").add(fitted.heldOutLosses()[i]);
        }
        return curve;
    }

    /// A 3-way tensor is drawn as the mean over its last side. A tensor that was not observed itself has no input and
    /// no residual.
    private ArrayNode pictures(float[] reconstruction) {
        float[] measured = data instanceof PartialTensor tensor ? known(tensor) : null;
        float[] shown = flat(measured == null ? reconstruction : measured);
        double low = least(shown, 1);
        double high = -least(shown, -1);
        ArrayNode pictures = MAPPER.createArrayNode();
        if (measured != null) {
            add(pictures, "input", TensorPicture.gray(shown, height(), width(), low, high), width());
        }
        add(
                pictures,
                "reconstruction",
                TensorPicture.gray(flat(reconstruction), height(), width(), low, high),
                width());
        if (truth != null) {
            add(pictures, "truth", TensorPicture.gray(flat(truth), height(), width(), low, high), width());
        }
        if (measured != null) {
            float[] residual = measured.clone();
            for (int i = 0; i < residual.length; i++) {
                residual[i] -= reconstruction[i];
            }
            float[] left = flat(residual);
            double most = Math.max(-least(left, 1), -least(left, -1));
            add(pictures, "residual", TensorPicture.signed(left, height(), width(), most), width());
        }
        return pictures;
    }

    /// The entries, NaN where missing.
    private static float[] known(PartialTensor tensor) {
        float[] values = tensor.values().clone();
        for (int i = 0; i < values.length; i++) {
            values[i] = tensor.observed()[i] ? values[i] : Float.NaN;
        }
        return values;
    }

    private int height() {
        return data.shape().getFirst();
    }

    private int width() {
        return data.shape().get(1);
    }

    /// The tensor as `[height, width]`: the tensor itself, or the mean over the observed entries of its last
    /// side.
    private float[] flat(float[] values) {
        int depth = values.length / (height() * width());
        float[] means = new float[height() * width()];
        for (int i = 0; i < means.length; i++) {
            double sum = 0;
            int count = 0;
            for (int k = i * depth; k < (i + 1) * depth; k++) {
                boolean finite = Float.isFinite(values[k]);
                sum += finite ? values[k] : 0;
                count += finite ? 1 : 0;
            }
            means[i] = (float) (sum / count);
        }
        return means;
    }

    /// The smallest finite value, times `sign`.
    private static double least(float[] values, int sign) {
        double least = Double.POSITIVE_INFINITY;
        for (float value : values) {
            least = Float.isFinite(value) ? Math.min(least, sign * value) : least;
        }
        return least;
    }

    private static void add(ArrayNode pictures, String name, String picture, int width) {
        pictures.addObject().put("name", name).put("picture", picture).put("width", width);
    }

    /// A factor of pictures is drawn as pictures. A factor of lines is drawn as one picture that has a row
    /// for each column.
    private ArrayNode factors() {
        ArrayNode factors = MAPPER.createArrayNode();
        List<SignalShape> sides = fitted.sides(data);
        for (int k = 0; k < sides.size(); k++) {
            SignalShape side = sides.get(k);
            ObjectNode factor =
                    factors.addObject().put("name", "factor %d, %s x %d".formatted(k + 1, side, fitted.rank()));
            ArrayNode pictures = factor.putArray("pictures");
            List<float[]> columns = columns(fitted.factors().get(k));
            if (side.height() > 1) {
                for (int r = 0; r < columns.size(); r++) {
                    add(pictures, Integer.toString(r + 1), signed(columns.get(r), side.height()), side.width());
                }
            } else {
                float[] rows = new float[columns.size() * side.width()];
                for (int r = 0; r < columns.size(); r++) {
                    System.arraycopy(columns.get(r), 0, rows, r * side.width(), side.width());
                }
                add(pictures, "one row for each column", signed(rows, columns.size()), side.width());
            }
        }
        return factors;
    }

    private static String signed(float[] values, int height) {
        double most = Math.max(-least(values, 1), -least(values, -1));
        return TensorPicture.signed(values, height, values.length / height, most);
    }

    private List<float[]> columns(float[] factor) {
        int rank = fitted.rank();
        var columns = new ArrayList<float[]>();
        for (int r = 0; r < Math.min(rank, COLUMNS); r++) {
            float[] column = new float[factor.length / rank];
            for (int i = 0; i < column.length; i++) {
                column[i] = factor[i * rank + r];
            }
            columns.add(column);
        }
        return columns;
    }
}
