package org.fullrank.serve;

import com.sun.net.httpserver.HttpExchange;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Reads bodies of requests, which may not be larger than a limit, alone and together.
final class RequestBody {
    /// Bodies that are in memory at the same time are at most this many times the limit of one, or [#LEAST] bytes.
    private static final int TOGETHER = 8;

    private static final int LEAST = 1 << 26;

    private static final Pattern BOUNDARY =
            Pattern.compile(";\\s*boundary=(?:\"([^\"]+)\"|([^\\s;\"]+))", Pattern.CASE_INSENSITIVE);

    private static final int NOWHERE = Integer.MIN_VALUE;
    private static final int PIECE = 1 << 16; // bytes that are read at once

    private final int most;
    private final Semaphore free; // pieces

    /// @param most bytes of a body
    RequestBody(int most) {
        this.most = most;
        free = new Semaphore(Math.max(LEAST / PIECE, TOGETHER * Math.ceilDiv(most + 1, PIECE)));
    }

    /// Uses the body of a request.
    interface Use {
        void body(byte[] body) throws IOException, RequestError;
    }

    /// Reads the body and hands it on.
    ///
    /// @throws RequestError when the body is too large, or when other bodies take all of the memory
    void read(HttpExchange exchange, Use use) throws IOException, RequestError {
        String length = exchange.getRequestHeaders().getFirst("Content-Length");
        long stated = length == null ? most : Long.parseLong(length.strip()); // the server has checked the number
        if (stated > most) {
            throw tooLarge();
        }
        int pieces = 0; // a slow client takes only the memory of what it has sent
        try {
            InputStream in = exchange.getRequestBody();
            var body = new ByteArrayOutputStream();
            byte[] piece;
            do {
                if (!free.tryAcquire()) {
                    throw new RequestError(503, "too many requests are being answered; try again");
                }
                pieces++;
                piece = in.readNBytes(Math.min(PIECE, most + 1 - body.size()));
                body.writeBytes(piece);
                if (body.size() > most) {
                    throw tooLarge();
                }
            } while (piece.length > 0);
            use.body(body.toByteArray());
        } finally {
            free.release(pieces);
        }
    }

    private RequestError tooLarge() {
        return new RequestError(413, "the body is larger than %d bytes (--max-body)".formatted(most));
    }

    /// The type without its parameters, in lower case; empty if there is none.
    static String type(HttpExchange exchange) {
        String type = exchange.getRequestHeaders().getFirst("Content-Type");
        return type == null ? "" : type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    }

    /// The contents of the parts of a `multipart/form-data` body (RFC 7578).
    ///
    /// @throws RequestError when the body has another form
    static List<byte[]> parts(HttpExchange exchange, byte[] body) throws RequestError {
        String boundary = boundary(exchange.getRequestHeaders().getFirst("Content-Type"));
        byte[] mark = ("\r\n--" + boundary).getBytes(StandardCharsets.ISO_8859_1);
        var parts = new ArrayList<byte[]>();
        // the first boundary may stand at the beginning of the body
        int at = starts(body, Arrays.copyOfRange(mark, 2, mark.length)) ? -2 : find(body, mark, 0);
        while (at != NOWHERE) {
            int start = at + mark.length;
            if (start + 2 <= body.length && body[start] == '-' && body[start + 1] == '-') {
                return parts;
            }
            int content = find(body, new byte[] {'\r', '\n', '\r', '\n'}, start);
            int next = content == NOWHERE ? NOWHERE : find(body, mark, content + 2);
            if (next == NOWHERE || next < content + 4) {
                break;
            }
            parts.add(Arrays.copyOfRange(body, content + 4, next));
            at = next;
        }
        throw new RequestError(400, "the multipart body is damaged: it has no end");
    }

    private static boolean starts(byte[] body, byte[] with) {
        return body.length >= with.length && Arrays.equals(body, 0, with.length, with, 0, with.length);
    }

    private static String boundary(@Nullable String type) throws RequestError {
        Matcher matcher = BOUNDARY.matcher(type == null ? "" : type);
        if (matcher.find()) {
            String value = matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
            if (value.length() <= 70) {
                return value;
            }
        }
        throw new RequestError(400, "the multipart body names no boundary of 1 to 70 characters");
    }

    private static int find(byte[] in, byte[] what, int from) {
        for (int at = from; at <= in.length - what.length; at++) {
            int i = 0;
            while (i < what.length && in[at + i] == what[i]) {
                i++;
            }
            if (i == what.length) {
                return at;
            }
        }
        return NOWHERE;
    }
}
