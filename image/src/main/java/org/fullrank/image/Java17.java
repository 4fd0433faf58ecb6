package org.fullrank.image;

/** What newer versions of Java have in their own classes. */
final class Java17 {
    private Java17() {}

    /** The nearest byte, 0 to 255. */
    static int byteOf(double value) {
        return (int) Math.max(0, Math.min(255, Math.round(value)));
    }

    /** {@code a / b}, rounded up; both are positive. */
    static int ceilDiv(int a, int b) {
        return -Math.floorDiv(-a, b);
    }

    /** The value of a float of 16 bits (IEEE 754 binary16). */
    static float half(short bits) {
        int sign = (bits & 0x8000) << 16;
        int exponent = bits >> 10 & 0x1F;
        int fraction = bits & 0x3FF;
        if (exponent == 0) { // zero or subnormal
            return Math.copySign(fraction * 0x1p-24f, Float.intBitsToFloat(sign | 0x3F800000));
        }
        int wide = exponent == 0x1F ? 0xFF : exponent - 15 + 127;
        return Float.intBitsToFloat(sign | wide << 23 | fraction << 13);
    }
}
