package org.fullrank.engine;

/// Loads the engine and computes a matrix product; prints what it found.
final class ColdStart {
    private ColdStart() {}

    public static void main(String[] arguments) {
        Natives.load();
        try (var scope = Scope.open()) {
            var a = Tensors.of(new float[] {1, 2, 3, 4}, 2, 2);
            System.out.println("product " + java.util.Arrays.toString(Tensors.floats(a.matmul(a))));
        }
    }
}
