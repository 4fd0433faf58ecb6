package org.fullrank.data;

import org.fullrank.engine.Keyed;

/// Draws the images of the built-in data set `shapes`. An image shows one filled shape on a cluttered
/// background and has 32 x 32 pixels in RGB.
///
/// The class of an image is the kind of shape. Position, size, angle, colors, both textures and the clutter
/// are drawn independently of the class. So two images of one class have few equal pixels, and an encoder has
/// to recognize the outline. An image depends only on (seed, index). An image is the same on every machine,
/// because only exact arithmetic and StrictMath are used.
///
/// The edges are smooth. The covered share of a pixel is computed from its distance to the outline.
final class ShapePainter {
    /// Increases with every change that affects an image.
    static final int VERSION = 4;

    static final int SIDE = 32;

    static final String[] CLASSES = {
        "arrow", "crescent", "cross", "disc", "ell", "hourglass", "ring", "square", "star", "triangle"
    };

    /// Corners (x, y) in units of the radius, in order; null if the outline is not a polygon.
    private static final float[][] POLYGONS = {
        {1, 0, 0.1f, 0.8f, 0.1f, 0.3f, -0.95f, 0.3f, -0.95f, -0.3f, 0.1f, -0.3f, 0.1f, -0.8f},
        {},
        {
            0.3f, 1, -0.3f, 1, -0.3f, 0.3f, -1, 0.3f, -1, -0.3f, -0.3f, -0.3f, -0.3f, -1, 0.3f, -1, 0.3f, -0.3f, 1,
            -0.3f, 1, 0.3f, 0.3f, 0.3f
        },
        {},
        {-0.75f, -0.85f, -0.15f, -0.85f, -0.15f, 0.25f, 0.85f, 0.25f, 0.85f, 0.85f, -0.75f, 0.85f},
        {-0.75f, -0.95f, 0.75f, -0.95f, 0.15f, 0, 0.75f, 0.95f, -0.75f, 0.95f, -0.15f, 0},
        {},
        {0.8f, 0.8f, -0.8f, 0.8f, -0.8f, -0.8f, 0.8f, -0.8f},
        star(),
        {0, -1.05f, 0.95f, 0.65f, -0.95f, 0.65f}
    };

    private final long seed;

    ShapePainter(long seed) {
        this.seed = seed;
    }

    /// The class of an image: all classes occur equally often.
    static int classOf(int index) {
        return index % CLASSES.length;
    }

    /// Image number `index`, uint8 `[32, 32, 3]`.
    byte[] paint(int index) {
        Keyed random = Keyed.of(seed, Keyed.name("data.shapes"), index);
        float[] canvas = ground(random);
        float[] average = average(canvas);
        for (int n = random.nextInt(0, 3); n > 0; n--) {
            clutter(canvas, random);
        }
        shape(canvas, classOf(index), average, random);
        float noise = random.nextFloat() * 10;
        byte[] pixels = new byte[canvas.length];
        for (int i = 0; i < canvas.length; i++) {
            float value = canvas[i] + noise * (random.nextFloat() - 0.5f);
            pixels[i] = (byte) Math.clamp(Math.round(value), 0, 255);
        }
        return pixels;
    }

    /// A ramp between two colors with a texture on it: float `[32, 32, 3]`, 0 to 255.
    private static float[] ground(Keyed random) {
        float[] from = color(random);
        float[] to = near(from, random);
        float angle = random.nextFloat() * 6.2832f;
        float dx = (float) StrictMath.cos(angle) / SIDE;
        float dy = (float) StrictMath.sin(angle) / SIDE;
        Texture texture = Texture.draw(random, 12);
        float[] canvas = new float[SIDE * SIDE * 3];
        for (int y = 0; y < SIDE; y++) {
            for (int x = 0; x < SIDE; x++) {
                float t = Math.clamp(0.5f + (x - 16) * dx + (y - 16) * dy, 0, 1);
                float light = texture.at(x, y);
                for (int c = 0; c < 3; c++) {
                    canvas[3 * (y * SIDE + x) + c] = from[c] + t * (to[c] - from[c]) + light;
                }
            }
        }
        return canvas;
    }

    /// A small disc or bar of any color, anywhere, half transparent or more.
    private static void clutter(float[] canvas, Keyed random) {
        float[] color = color(random);
        float cx = random.nextFloat() * SIDE;
        float cy = random.nextFloat() * SIDE;
        float angle = random.nextFloat() * 3.1416f;
        float cos = (float) StrictMath.cos(angle);
        float sin = (float) StrictMath.sin(angle);
        boolean bar = random.nextBoolean();
        float half = bar ? 2 + 8 * random.nextFloat() : 1 + 2.5f * random.nextFloat();
        float thick = bar ? 0.5f + random.nextFloat() : half;
        float opacity = 0.3f + 0.5f * random.nextFloat();
        for (int y = 0; y < SIDE; y++) {
            for (int x = 0; x < SIDE; x++) {
                float u = Math.abs(cos * (x - cx) + sin * (y - cy));
                float v = Math.abs(cos * (y - cy) - sin * (x - cx));
                float distance = bar ? Math.max(u - half, v - thick) : (float) Math.sqrt(u * u + v * v) - half;
                blend(canvas, x, y, color, 0, opacity * Math.clamp(0.5f - distance, 0, 1));
            }
        }
    }

    private static void shape(float[] canvas, int kind, float[] ground, Keyed random) {
        float radius = 7 + 4.5f * random.nextFloat();
        float cx = SIDE / 2f + 11 * (random.nextFloat() - 0.5f);
        float cy = SIDE / 2f + 11 * (random.nextFloat() - 0.5f);
        float angle = 1.6f * (random.nextFloat() - 0.5f); // upright within 46 degrees, as most things are
        float cos = (float) StrictMath.cos(angle) / radius;
        float sin = (float) StrictMath.sin(angle) / radius;
        float[] color = contrasting(ground, random);
        Texture texture = Texture.draw(random, 15);
        int reach = (int) Math.ceil(radius * 1.35f) + 1;
        for (int y = Math.max(0, (int) cy - reach); y < Math.min(SIDE, cy + reach); y++) {
            for (int x = Math.max(0, (int) cx - reach); x < Math.min(SIDE, cx + reach); x++) {
                float u = cos * (x - cx) + sin * (y - cy);
                float v = cos * (y - cy) - sin * (x - cx);
                float covered = Math.clamp(0.5f - radius * distance(kind, u, v), 0, 1);
                blend(canvas, x, y, color, texture.at(x, y), covered);
            }
        }
    }

    /// Signed distance of (u, v) to the outline of radius about 1; negative inside.
    private static float distance(int kind, float u, float v) {
        float r = (float) Math.sqrt(u * u + v * v);
        return switch (CLASSES[kind]) {
            case "disc" -> r - 0.95f;
            case "ring" -> Math.abs(r - 0.75f) - 0.25f;
            case "crescent" -> Math.max(r - 1, 0.8f - (float) Math.sqrt((u - 0.5f) * (u - 0.5f) + v * v));
            default -> polygon(POLYGONS[kind], u, v);
        };
    }

    private static float polygon(float[] corners, float u, float v) {
        float nearest = Float.MAX_VALUE;
        boolean inside = false;
        for (int i = 0, j = corners.length - 2; i < corners.length; j = i, i += 2) {
            float ex = corners[j] - corners[i];
            float ey = corners[j + 1] - corners[i + 1];
            float wx = u - corners[i];
            float wy = v - corners[i + 1];
            float t = Math.clamp((wx * ex + wy * ey) / (ex * ex + ey * ey), 0, 1);
            float bx = wx - t * ex;
            float by = wy - t * ey;
            nearest = Math.min(nearest, bx * bx + by * by);
            boolean crosses = (corners[i + 1] > v) != (corners[j + 1] > v);
            if (crosses && u < ex * (v - corners[i + 1]) / ey + corners[i]) {
                inside = !inside;
            }
        }
        float distance = (float) Math.sqrt(nearest);
        return inside ? -distance : distance;
    }

    private static void blend(float[] canvas, int x, int y, float[] color, float light, float share) {
        if (share > 0) {
            int at = 3 * (y * SIDE + x);
            for (int c = 0; c < 3; c++) {
                canvas[at + c] += share * (color[c] + light - canvas[at + c]);
            }
        }
    }

    private static float[] color(Keyed random) {
        return new float[] {random.nextFloat() * 255, random.nextFloat() * 255, random.nextFloat() * 255};
    }

    /// A color similar to another one.
    private static float[] near(float[] color, Keyed random) {
        float[] near = color.clone();
        for (int c = 0; c < near.length; c++) {
            near[c] += 80 * (random.nextFloat() - 0.5f);
        }
        return near;
    }

    /// A color that differs clearly from the background.
    private static float[] contrasting(float[] ground, Keyed random) {
        float[] best = color(random);
        for (int i = 0; i < 20 && apart(best, ground) < 130; i++) {
            float[] next = color(random);
            best = apart(next, ground) > apart(best, ground) ? next : best;
        }
        return best;
    }

    private static float apart(float[] a, float[] b) {
        float dr = a[0] - b[0];
        float dg = a[1] - b[1];
        float db = a[2] - b[2];
        return (float) Math.sqrt(dr * dr + dg * dg + db * db);
    }

    private static float[] average(float[] canvas) {
        float[] sum = new float[3];
        for (int i = 0; i < canvas.length; i++) {
            sum[i % 3] += canvas[i] / (SIDE * SIDE);
        }
        return sum;
    }

    private static float[] star() {
        float[] corners = new float[20];
        for (int i = 0; i < 10; i++) {
            double radius = i % 2 == 0 ? 1.1 : 0.45;
            corners[2 * i] = (float) (radius * StrictMath.cos(i * Math.PI / 5));
            corners[2 * i + 1] = (float) (radius * StrictMath.sin(i * Math.PI / 5));
        }
        return corners;
    }

    /// A pattern of light and dark on a surface: plain, stripes or squares, with any angle, pitch and
    /// strength.
    private record Texture(int kind, float dx, float dy, float phase, float strength) {
        static Texture draw(Keyed random, float strongest) {
            float angle = random.nextFloat() * 3.1416f;
            float pitch = 0.055f + 0.13f * random.nextFloat();
            return new Texture(
                    random.nextInt(3),
                    pitch * (float) StrictMath.cos(angle),
                    pitch * (float) StrictMath.sin(angle),
                    random.nextFloat(),
                    random.nextFloat() * strongest);
        }

        float at(int x, int y) {
            return switch (kind) {
                case 0 -> 0;
                case 1 -> strength * wave(dx * x + dy * y + phase);
                default -> strength * wave(dx * x + dy * y + phase) * wave(dy * x - dx * y);
            };
        }

        /// A wave of period 1 made of parabolas, close to the sine.
        private static float wave(float t) {
            float x = t - (float) Math.floor(t + 0.5f);
            return 8 * x - 16 * x * Math.abs(x);
        }
    }
}
