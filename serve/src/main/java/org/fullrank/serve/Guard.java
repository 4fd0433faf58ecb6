package org.fullrank.serve;

import com.sun.net.httpserver.Filter;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.util.Locale;
import java.util.regex.Pattern;
import org.fullrank.page.Html;
import org.jspecify.annotations.Nullable;

/// Accepts only GET requests that are addressed to this machine. Sets the headers that restrict what a page
/// may do.
///
/// Another website can make its own name resolve to 127.0.0.1 (DNS rebinding). Then this website would have
/// the same origin as this server. The `Host` header of a request contains the name of the website. So only
/// `localhost` and IP addresses are accepted.
final class Guard extends Filter {
    private static final Pattern ADDRESS = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}|\\[[0-9a-f:.]+]");
    private static final Pattern PORT = Pattern.compile(":\\d{1,5}$");

    private final String host;

    /// @param host the name that the server was started for
    Guard(String host) {
        this.host = host.toLowerCase(Locale.ROOT);
    }

    @Override
    public void doFilter(HttpExchange exchange, Chain chain) throws IOException {
        Headers headers = exchange.getResponseHeaders();
        headers.set("X-Content-Type-Options", "nosniff");
        headers.set("Content-Security-Policy", Html.livePolicy() + "; frame-ancestors 'none'");
        headers.set("Referrer-Policy", "no-referrer");
        headers.set("Cross-Origin-Resource-Policy", "same-origin");
        headers.set("Cache-Control", "no-store");
        if (!known(exchange.getRequestHeaders().getFirst("Host"))) {
            Answer.text(exchange, 421, "this server answers to localhost and to addresses only, and to --host NAME");
        } else if (!exchange.getRequestMethod().equals("GET")) {
            headers.set("Allow", "GET");
            Answer.text(exchange, 405, "only GET is answered");
        } else {
            chain.doFilter(exchange);
        }
    }

    private boolean known(@Nullable String asked) {
        if (asked == null) {
            return false;
        }
        String name = PORT.matcher(asked.toLowerCase(Locale.ROOT)).replaceFirst("");
        return name.equals("localhost")
                || name.equals(host)
                || ADDRESS.matcher(name).matches();
    }

    @Override
    public String description() {
        return "refuses other methods than GET, and other hosts";
    }
}
