package org.fullrank.objective;

import java.util.ArrayList;
import java.util.List;

/// The ranking losses by their definitions: loops over float64 rows of length 1.
final class RankingReference {
    private final double[][] x;
    private final int[] classes;

    /// @param z `[rows, columns]` in row-major order
    RankingReference(double[] z, int columns, int[] classes) {
        this.classes = classes;
        double[] unit = NaiveStatistics.unitRows(z, classes.length, columns);
        x = new double[classes.length][columns];
        for (int i = 0; i < unit.length; i++) {
            x[i / columns][i % columns] = unit[i];
        }
    }

    double value(RankingLoss loss) {
        return switch (loss) {
            case Contrastive contrastive -> contrastive(contrastive.margin());
            case Triplet triplet -> triplet(triplet.margin());
            case NPair _ -> pairs((a, p) -> dot(x[a], x[p]), (a, p, n) -> dot(x[a], x[n]));
            case Angular angular -> {
                double t = Math.pow(Math.tan(Math.PI * angular.degrees() / 180), 2);
                yield pairs(
                        (a, p) -> 2 * (1 + t) * dot(x[a], x[p]),
                        (a, p, n) -> 4 * t * (dot(x[a], x[n]) + dot(x[p], x[n])));
            }
        };
    }

    private double contrastive(double margin) {
        double pull = 0;
        double push = 0;
        int positives = 0;
        int negatives = 0;
        for (int i = 0; i < x.length; i++) {
            for (int j = 0; j < i; j++) {
                if (classes[i] == classes[j]) {
                    pull += square(i, j);
                    positives++;
                } else {
                    double lacking = Math.max(0, margin - Math.sqrt(square(i, j) + 1e-5));
                    push += lacking * lacking;
                    negatives++;
                }
            }
        }
        return (pull / positives + push / negatives) / 2;
    }

    private double triplet(double margin) {
        double sum = 0;
        int count = 0;
        for (int a = 0; a < x.length; a++) {
            for (int p = 0; p < x.length; p++) {
                if (a == p || classes[a] != classes[p]) {
                    continue;
                }
                double semiHard = Double.POSITIVE_INFINITY;
                double farthest = 0;
                for (int n = 0; n < x.length; n++) {
                    if (classes[n] != classes[a]) {
                        double d = square(a, n);
                        farthest = Math.max(farthest, d);
                        semiHard = d > square(a, p) ? Math.min(semiHard, d) : semiHard;
                    }
                }
                double negative = Double.isInfinite(semiHard) ? farthest : semiHard;
                sum += Math.max(0, square(a, p) - negative + margin);
                count++;
            }
        }
        return sum / count;
    }

    private interface Own {
        double of(int a, int p);
    }

    private interface Crossed {
        double of(int a, int p, int n);
    }

    private double pairs(Own own, Crossed crossed) {
        List<int[]> pairs = new ArrayList<>();
        for (int c = 0; c < 100; c++) {
            int open = -1;
            for (int i = 0; i < x.length; i++) {
                if (classes[i] == c) {
                    if (open >= 0) {
                        pairs.add(new int[] {open, i});
                    }
                    open = open >= 0 ? -1 : i;
                }
            }
        }
        double sum = 0;
        for (int[] pair : pairs) {
            double inner = 1;
            for (int[] other : pairs) {
                if (classes[other[0]] != classes[pair[0]]) {
                    inner += Math.exp(crossed.of(pair[0], pair[1], other[1]) - own.of(pair[0], pair[1]));
                }
            }
            sum += Math.log(inner);
        }
        return sum / pairs.size();
    }

    private double square(int i, int j) {
        double sum = 0;
        for (int k = 0; k < x[i].length; k++) {
            sum += (x[i][k] - x[j][k]) * (x[i][k] - x[j][k]);
        }
        return sum;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int k = 0; k < a.length; k++) {
            sum += a[k] * b[k];
        }
        return sum;
    }
}
