package org.fullrank.search;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Connected components of rows: two rows that were joined, directly or through others, are in one group.
final class RowGroups {
    private final int[] parents;

    RowGroups(int rows) {
        parents = new int[rows];
        for (int row = 0; row < rows; row++) {
            parents[row] = row;
        }
    }

    void join(int a, int b) {
        int rootA = root(a);
        int rootB = root(b);
        if (rootA != rootB) { // the smaller number is the root, so that the order of the pairs does not matter
            parents[Math.max(rootA, rootB)] = Math.min(rootA, rootB);
        }
    }

    private int root(int row) {
        int root = row;
        while (parents[root] != root) {
            parents[root] = parents[parents[root]]; // halves the path
            root = parents[root];
        }
        return root;
    }

    /// The groups of two rows or more, largest first, then by their first row. The rows of a group are ascending.
    List<List<Integer>> groups() {
        Map<Integer, List<Integer>> byRoot = new TreeMap<>();
        for (int row = 0; row < parents.length; row++) {
            byRoot.computeIfAbsent(root(row), root -> new ArrayList<>()).add(row);
        }
        return byRoot.values().stream()
                .filter(group -> group.size() > 1)
                .sorted(Comparator.comparingInt((List<Integer> group) -> -group.size()))
                .toList();
    }
}
