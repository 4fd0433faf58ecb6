package org.fullrank.search;

import java.util.Arrays;

/// The rows of largest similarity among those that were offered, best first. Of two rows with the same
/// similarity, the one with the smaller number comes first.
final class TopRows {
    private final int most;
    private int[] rows;
    private float[] similarities;
    private int size;

    TopRows(int most) {
        this.most = most;
        rows = new int[Math.min(most, 16)];
        similarities = new float[rows.length];
    }

    void offer(int row, float similarity) {
        if (size == most && !isBefore(row, similarity, most - 1)) {
            return;
        }
        int place = place(row, similarity);
        if (size < most) {
            grow();
            size++;
        }
        System.arraycopy(rows, place, rows, place + 1, size - 1 - place);
        System.arraycopy(similarities, place, similarities, place + 1, size - 1 - place);
        rows[place] = row;
        similarities[place] = similarity;
    }

    int size() {
        return size;
    }

    int row(int place) {
        return rows[place];
    }

    float similarity(int place) {
        return similarities[place];
    }

    private void grow() {
        if (size == rows.length) {
            int longer = (int) Math.min(most, 2L * size);
            rows = Arrays.copyOf(rows, longer);
            similarities = Arrays.copyOf(similarities, longer);
        }
    }

    private int place(int row, float similarity) {
        int low = 0;
        int high = size;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (isBefore(row, similarity, middle)) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    private boolean isBefore(int row, float similarity, int place) {
        return similarity > similarities[place] || (similarity == similarities[place] && row < rows[place]);
    }
}
