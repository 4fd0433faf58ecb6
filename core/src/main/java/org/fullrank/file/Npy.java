package org.fullrank.file;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.fullrank.engine.InputException;
import org.fullrank.engine.JobException;

/// The NumPy file format `.npy`, versions 1.0 to 3.0. A header has the element type, the order and the shape.
/// The elements follow.
///
/// The reader first compares the header with the length of the file. Only then does the reader allocate
/// memory.
public final class Npy {
    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};

    /// Largest accepted size of a header. A header is one line of text, so a longer header is wrong.
    private static final int MAX_HEADER_BYTES = 1 << 16;

    /// The data begin at a multiple of this number, as in NumPy.
    private static final int ALIGNMENT = 64;

    private static final Pattern DESCR = Pattern.compile("['\"]descr['\"]\\s*:\\s*['\"]([<>|=]?)([a-zA-Z]\\d*)['\"]");
    private static final Pattern ORDER = Pattern.compile("['\"]fortran_order['\"]\\s*:\\s*(True|False)");
    private static final Pattern SHAPE = Pattern.compile("['\"]shape['\"]\\s*:\\s*\\(([0-9,\\sL]*)\\)");

    private Npy() {}

    /// The supported element types.
    public enum Type {
        BOOL("b1", 1),
        U8("u1", 1),
        I8("i1", 1),
        U16("u2", 2),
        I16("i2", 2),
        I32("i4", 4),
        U32("u4", 4),
        I64("i8", 8),
        F16("f2", 2),
        F32("f4", 4),
        F64("f8", 8);

        private final String code;
        private final int bytes;

        Type(String code, int bytes) {
            this.code = code;
            this.bytes = bytes;
        }

        /// Bytes of one element.
        public int bytes() {
            return bytes;
        }

        /// NumPy's name of the type, as in `astype`.
        String label() {
            return switch (this) {
                case BOOL -> "bool";
                case U8, U16, U32 -> "uint" + 8 * bytes;
                case I8, I16, I32, I64 -> "int" + 8 * bytes;
                case F16, F32, F64 -> "float" + 8 * bytes;
            };
        }

        /// The element at byte `at` of a buffer with the right byte order, as a double.
        double read(ByteBuffer data, int at) {
            return switch (this) {
                case BOOL, U8 -> data.get(at) & 0xFF;
                case I8 -> data.get(at);
                case U16 -> data.getShort(at) & 0xFFFF;
                case I16 -> data.getShort(at);
                case I32 -> data.getInt(at);
                case U32 -> data.getInt(at) & 0xFFFFFFFFL;
                case I64 -> data.getLong(at);
                case F16 -> Float.float16ToFloat(data.getShort(at));
                case F32 -> data.getFloat(at);
                case F64 -> data.getDouble(at);
            };
        }
    }

    /// The description of the elements in a file.
    ///
    /// @param type of the elements
    /// @param order byte order
    /// @param fortran whether the first index runs fastest
    /// @param shape sizes, outermost first; empty for a single number
    public record Header(Type type, ByteOrder order, boolean fortran, List<Long> shape) {
        public Header {
            shape = List.copyOf(shape);
        }

        /// Number of elements.
        ///
        /// @throws ArithmeticException when the number does not fit into a long
        public long elements() {
            return shape.stream().reduce(1L, Math::multiplyExact);
        }

        /// Number of elements of one item of the outermost dimension.
        public long itemElements() {
            return shape.isEmpty() ? 1 : shape.stream().skip(1).reduce(1L, Math::multiplyExact);
        }

        /// The shape as NumPy prints it.
        public String shapeText() {
            return shape.stream().map(String::valueOf).collect(Collectors.joining(", ", "[", "]"));
        }
    }

    /// A matrix in memory.
    ///
    /// @param rows N
    /// @param columns D
    /// @param values `[N, D]`, row by row
    public record Matrix(int rows, int columns, float[] values) {}

    /// Whether these are the first bytes of a `.npy` file.
    public static boolean matches(byte[] head) {
        return head.length >= MAGIC.length && Arrays.equals(head, 0, MAGIC.length, MAGIC, 0, MAGIC.length);
    }

    /// Reads the header. Afterwards the stream is positioned at the first element.
    ///
    /// @param subject what is read, for error messages, such as "NumPy file x.npy"
    /// @param most upper limit of the bytes that the stream can have
    /// @throws InputException when this is not a `.npy`, or when it claims more than `most` bytes
    public static Header header(InputStream stream, String subject, long most) throws IOException {
        return header(headerText(stream, subject, most), subject, most);
    }

    /// The description of numbers in the text of a header.
    ///
    /// @param text as [#headerText] read it
    /// @throws InputException as [#header(InputStream, String, long)]
    public static Header header(String text, String subject, long most) {
        Header header = parse(text, subject);
        check(header, subject, most);
        return header;
    }

    /// Reads the header as text. Afterwards the stream is positioned at the first element.
    ///
    /// @throws InputException when this is not a `.npy`
    public static String headerText(InputStream stream, String subject, long most) throws IOException {
        var in = new DataInputStream(stream);
        byte[] start = in.readNBytes(8);
        if (start.length < 8 || !matches(start)) {
            throw new InputException(
                    subject + " does not begin with the magic \\x93NUMPY of an .npy file; save it with numpy.save");
        }
        int version = start[6];
        if (version < 1 || version > 3) {
            throw new InputException(
                    subject + " is of .npy version " + version + ", expected 1, 2 or 3; save it again with numpy.save");
        }
        long length = version == 1
                ? Short.toUnsignedInt(Short.reverseBytes(in.readShort()))
                : Integer.toUnsignedLong(Integer.reverseBytes(in.readInt()));
        if (length > Math.min(MAX_HEADER_BYTES, most)) {
            throw new InputException(subject + " claims a header of " + length + " bytes, expected at most "
                    + Math.min(MAX_HEADER_BYTES, most) + "; get the file again");
        }
        byte[] text = in.readNBytes((int) length);
        if (text.length < length) {
            throw new EOFException();
        }
        return new String(text, StandardCharsets.UTF_8);
    }

    /// Reads a matrix of any supported type as float32. A vector of N numbers becomes `[N, 1]`.
    ///
    /// @throws InputException when the file is not a matrix, is truncated, or does not fit into an array
    public static Matrix readMatrix(Path file) {
        String subject = "NumPy file " + file;
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
            return readMatrix(in, header(in, subject, Files.size(file)), subject);
        } catch (IOException e) {
            throw new InputException(
                    subject + " cannot be read: "
                            + (e instanceof EOFException ? "it ends early" : String.valueOf(e.getMessage()))
                            + "; check the file or save it again",
                    e);
        }
    }

    /// Reads the elements after a header as a float32 matrix. A vector of N numbers becomes `[N, 1]`.
    ///
    /// @throws InputException when the array is not a matrix or does not fit into an array
    public static Matrix readMatrix(InputStream in, Header header, String subject) throws IOException {
        if (header.shape().isEmpty() || header.shape().size() > 2 || header.elements() > Integer.MAX_VALUE - 8) {
            throw new InputException(subject + " has shape " + header.shapeText()
                    + ", expected a matrix [N, D] of less than 2^31 values; reshape or split it");
        }
        int rows = Math.toIntExact(header.shape().getFirst());
        int columns = Math.toIntExact(header.itemElements());
        float[] values = new float[Math.toIntExact(header.elements())];
        readFloats(in, header, values, 0, values.length);
        return new Matrix(rows, columns, header.fortran() && columns > 1 ? transposed(values, columns, rows) : values);
    }

    /// Reads `count` elements as float32.
    ///
    /// @throws EOFException when the stream ends too early
    public static void readFloats(InputStream in, Header header, float[] into, int from, int count) throws IOException {
        int bytes = header.type().bytes();
        int block = Math.min(count, 1 << 14);
        byte[] raw = new byte[block * bytes];
        ByteBuffer data = ByteBuffer.wrap(raw).order(header.order());
        for (int done = 0; done < count; ) {
            int now = Math.min(block, count - done);
            if (in.readNBytes(raw, 0, now * bytes) < now * bytes) {
                throw new EOFException();
            }
            for (int i = 0; i < now; i++) {
                into[from + done + i] = (float) header.type().read(data, i * bytes);
            }
            done += now;
        }
    }

    /// Writes the header of a little-endian array in C order. It is padded so that the data begin at a
    /// multiple of 64.
    public static byte[] headerBytes(Type type, long... shape) {
        String sizes = Arrays.stream(shape).mapToObj(n -> n + ",").collect(Collectors.joining(" "));
        String tuple = shape.length > 1 ? sizes.substring(0, sizes.length() - 1) : sizes;
        String dictionary = "{'descr': '" + (type.bytes() == 1 ? "|" : "<") + type.code
                + "', 'fortran_order': False, 'shape': (" + tuple + "), }";
        int length = 10 + dictionary.length() + 1;
        int padded = (length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        String line = dictionary + " ".repeat(padded - length) + "\n";
        ByteBuffer header = ByteBuffer.allocate(padded).order(ByteOrder.LITTLE_ENDIAN);
        header.put(MAGIC).put((byte) 1).put((byte) 0).putShort((short) (padded - 10));
        return header.put(line.getBytes(StandardCharsets.US_ASCII)).array();
    }

    /// Writes a float32 matrix `[values.length / columns, columns]` atomically.
    ///
    /// @throws JobException when the file cannot be written
    public static void write(Path file, float[] values, int columns) {
        AtomicFile.write(file, channel -> {
            AtomicFile.writeAll(channel, ByteBuffer.wrap(headerBytes(Type.F32, values.length / columns, columns)));
            AtomicFile.writeFloats(channel, values, 0, values.length);
        });
    }

    /// Writes int32 numbers `[N]`, such as labels, atomically.
    ///
    /// @throws JobException when the file cannot be written
    public static void write(Path file, int[] values) {
        ByteBuffer data =
                ByteBuffer.allocate(Math.multiplyExact(4, values.length)).order(ByteOrder.LITTLE_ENDIAN);
        data.asIntBuffer().put(values);
        AtomicFile.write(file, channel -> {
            AtomicFile.writeAll(channel, ByteBuffer.wrap(headerBytes(Type.I32, values.length)));
            AtomicFile.writeAll(channel, data);
        });
    }

    /// The transpose of `[rows, columns]`.
    private static float[] transposed(float[] values, int rows, int columns) {
        float[] out = new float[values.length];
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                out[c * rows + r] = values[r * columns + c];
            }
        }
        return out;
    }

    private static Header parse(String text, String subject) {
        Matcher descr = DESCR.matcher(text);
        Matcher order = ORDER.matcher(text);
        Matcher shape = SHAPE.matcher(text);
        if (!descr.find() || !order.find() || !shape.find()) {
            throw new InputException(subject + " has the header " + text.strip().replaceAll("\\p{Cntrl}", "?")
                    + ", expected descr of a plain number type, fortran_order and shape; save it as a plain array");
        }
        List<Long> sizes = new ArrayList<>();
        for (String size : shape.group(1).replace("L", "").split(",")) {
            if (!size.isBlank()) {
                sizes.add(size(size.strip(), subject));
            }
        }
        boolean big = descr.group(1).equals(">");
        return new Header(
                type(descr.group(2), subject),
                big ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN,
                order.group(1).equals("True"),
                sizes);
    }

    private static Type type(String code, String subject) {
        for (Type type : Type.values()) {
            if (type.code.equals(code)) {
                return type;
            }
        }
        throw new InputException(subject + " has elements of type " + code + ", expected one of "
                + Arrays.stream(Type.values()).map(t -> t.code).toList() + "; convert it with astype");
    }

    private static long size(String digits, String subject) {
        try {
            return Long.parseLong(digits);
        } catch (NumberFormatException e) {
            throw new InputException(
                    subject + " claims a dimension of " + digits + ", expected less than 2^63; get the file again", e);
        }
    }

    private static void check(Header header, String subject, long most) {
        long bytes;
        try {
            bytes = Math.multiplyExact(header.elements(), header.type().bytes());
        } catch (ArithmeticException e) {
            bytes = Long.MAX_VALUE;
        }
        if (bytes > most) {
            throw new InputException(subject + " claims shape " + header.shapeText() + " (" + bytes
                    + " bytes) but can hold at most " + most + " bytes; it is truncated or its header is wrong: "
                    + "get the file again");
        }
    }
}
