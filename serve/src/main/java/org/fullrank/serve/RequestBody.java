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
import org.jspecify.annotations.Nullable;

/// Reads bodies of requests, which may not be larger than a limit, alone and together.
final class RequestBody {
    /// Bodies that are in memory at the same time are at most this many times the limit of one, or [#LEAST] bytes.
    private static final int TOGETHER = 8;

    private static final int LEAST = 1 << 26;

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
        byte[] mark = ("--" + boundary(exchange.getRequestHeaders().getFirst("Content-Type")))
                .getBytes(StandardCharsets.ISO_8859_1);
        var parts = new ArrayList<byte[]>();
        int at = find(body, mark, 0);
        while (at >= 0) {
            int start = at + mark.length;
            if (start + 2 <= body.length && body[start] == '-' && body[start + 1] == '-') {
                return parts;
            }
            int content = find(body, new byte[] {'\r', '\n', '\r', '\n'}, start);
            int next = content < 0 ? -1 : find(body, mark, content + 4);
            if (next < 0 || next - 2 < content + 4) {
                break;
            }
            parts.add(Arrays.copyOfRange(body, content + 4, next - 2)); // without the line end
            at = next;
        }
        throw new RequestError(400, "the multipart body is damaged: it has no end");
    }

    private static String boundary(@Nullable String type) throws RequestError {
        for (String parameter : type == null ? new String[0] : type.split(";")) {
            String[] pair = parameter.strip().split("=", 2);
            if (pair.length == 2 && pair[0].equalsIgnoreCase("boundary")) {
                String value = pair[1].strip();
                value = value.length() > 1 && value.startsWith("\"") && value.endsWith("\"")
                        ? value.substring(1, value.length() - 1)
                        : value;
                if (!value.isEmpty() && value.length() <= 70) {
                    return value;
                }
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
        return -1;
    }
}
