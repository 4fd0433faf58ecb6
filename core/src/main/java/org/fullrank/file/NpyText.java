package org.fullrank.file;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.fullrank.engine.InputException;

/// An array of texts in a `.npy` file, `<U12` (Unicode) or `|S12` (bytes). The texts are labels or names of
/// files.
///
/// @param width number of characters of each text; shorter texts are padded with zeros
/// @param charset of a character
/// @param bytes number of bytes of a character
/// @param count texts N
public record NpyText(int width, Charset charset, int bytes, int count) {
    /// Largest number of texts. A compressed file of 100 kB can claim more.
    private static final int MOST_TEXTS = 1 << 26;

    private static final Pattern TEXT = Pattern.compile("'descr'\\s*:\\s*'([<>|=])([US])(\\d{1,6})'");
    private static final Pattern ROW = Pattern.compile("'shape'\\s*:\\s*\\((\\d{1,9}),?\\)");

    /// Whether a header is one of texts.
    public static boolean matches(String header) {
        return TEXT.matcher(header).find();
    }

    /// What a header says.
    ///
    /// @param most upper limit of the bytes that the file can have
    /// @throws InputException when the array does not have the shape `[N]`, when its texts have no
    ///     characters, or when it claims more texts or bytes than the file can have
    public static NpyText of(String header, String subject, long most) {
        Matcher text = TEXT.matcher(header);
        Matcher row = ROW.matcher(header);
        if (!text.find() || !row.find()) {
            throw new InputException(subject
                    + " holds texts that are not of shape [N], expected one text for each item;" + " reshape it");
        }
        boolean unicode = text.group(2).equals("U");
        Charset charset = !unicode
                ? StandardCharsets.UTF_8
                : text.group(1).equals(">") ? Charset.forName("UTF-32BE") : Charset.forName("UTF-32LE");
        var found =
                new NpyText(Integer.parseInt(text.group(3)), charset, unicode ? 4 : 1, Integer.parseInt(row.group(1)));
        if (found.width == 0 || found.count > MOST_TEXTS) {
            throw new InputException(
                    "%s claims %d texts of %d characters, expected at most %d of at least 1; get the file again"
                            .formatted(subject, found.count, found.width, MOST_TEXTS));
        }
        if ((long) found.width * found.bytes * found.count > most) {
            throw new InputException(subject + " claims " + found.count + " texts of " + found.width
                    + " characters but can hold at most " + most + " bytes; get the file again");
        }
        return found;
    }

    /// Reads all texts.
    public String[] read(InputStream in) throws IOException {
        String[] texts = new String[count];
        byte[] one = new byte[width * bytes];
        for (int i = 0; i < count; i++) {
            Inputs.readFully(in, one);
            String filled = new String(one, charset);
            int end = filled.length();
            while (end > 0 && filled.charAt(end - 1) == 0) {
                end--;
            }
            texts[i] = filled.substring(0, end);
        }
        return texts;
    }
}
